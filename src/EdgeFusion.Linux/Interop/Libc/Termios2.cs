using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace EdgeFusion.Linux.Interop.Libc;

/// <summary>struct termios2 of the generic ABI (x86-64, arm64): 44 bytes, any baud rate.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct Termios2
{
    public const uint CharacterSize8 = 0x30;
    public const uint TwoStopBits = 0x40;
    public const uint EnableReceiver = 0x80;
    public const uint ParityOn = 0x100;
    public const uint OddParity = 0x200;
    public const uint IgnoreModemLines = 0x800;
    public const uint BaudMask = 0x100F;
    public const uint BaudOther = 0x1000;

    public uint InputFlags;
    public uint OutputFlags;
    public uint ControlFlags;
    public uint LocalFlags;
    public byte LineDiscipline;
    public ControlCharacters Characters;
    public uint InputSpeed;
    public uint OutputSpeed;

    /// <summary>c_cc: 19 bytes.</summary>
    [InlineArray(19)]
    public struct ControlCharacters
    {
        private byte _first;
    }
}
