using System.Runtime.InteropServices;

namespace EdgeFusion.Linux.Interop.Libc;

/// <summary>struct serial_struct of linux/serial.h: 72 bytes on 64-bit machines.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct SerialSettings
{
    /// <summary>ASYNC_LOW_LATENCY: hand bytes on at once instead of collecting them for 16 ms.</summary>
    public const int LowLatency = 1 << 13;

    public int Type;
    public int Line;
    public uint Port;
    public int Irq;
    public int Flags;
    public int TransmitFifoSize;
    public int CustomDivisor;
    public int BaudBase;
    public ushort CloseDelay;
    public byte IoType;
    public byte Reserved;
    public int Hub6;
    public ushort ClosingWait;
    public ushort ClosingWait2;
    public nint MemoryBase;
    public ushort RegisterShift;
    public uint PortHigh;
    public nuint MapBase;
}
