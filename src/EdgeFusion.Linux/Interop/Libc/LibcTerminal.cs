using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace EdgeFusion.Linux.Interop.Libc;

/// <summary>The calls of libc that serial lines and pseudo-terminals need.</summary>
internal static partial class LibcTerminal
{
    public const int ReadWrite = 2;
    public const int NoControllingTerminal = 0x100;
    public const int NonBlocking = 0x800;
    public const int CloseOnExec = 0x80000;

    public const int ErrorInterrupted = 4;
    public const int ErrorIo = 5;
    public const int ErrorAgain = 11;
    public const int ErrorAccess = 13;
    public const int ErrorBusy = 16;
    public const int ErrorNoDevice = 19;
    public const int ErrorNoEntry = 2;
    public const int ErrorNoTerminal = 25;
    public const int ErrorNoAddress = 6;
    public const int ErrorPermission = 1;

    private const string Library = "libc";
    private const nuint GetTermios2 = 0x802C542A;
    private const nuint SetTermios2 = 0x402C542B;
    private const nuint FlushQueues = 0x540B;
    private const nuint Exclusive = 0x540C;
    private const nuint NotExclusive = 0x540D;
    private const nuint GetSerial = 0x541E;
    private const nuint SetSerial = 0x541F;
    private const nuint GetPtyNumber = 0x80045430;
    private const nuint LockPty = 0x40045431;
    private const int LockExclusive = 2;
    private const int LockDoNotWait = 4;
    private const int InputQueue = 0;
    private const int BothQueues = 2;

    public static SafeFileHandle OpenTerminal(string path, out int error)
    {
        int descriptor = Open(path, ReadWrite | NoControllingTerminal | NonBlocking | CloseOnExec);
        error = descriptor < 0 ? Marshal.GetLastPInvokeError() : 0;
        return new SafeFileHandle(descriptor, ownsHandle: true);
    }

    public static bool TryGetTermios(SafeFileHandle line, out Termios2 settings) =>
        IoctlTermios(line, GetTermios2, out settings) == 0;

    public static bool TrySetTermios(SafeFileHandle line, Termios2 settings) =>
        IoctlTermiosIn(line, SetTermios2, in settings) == 0;

    public static bool TryGetSerial(SafeFileHandle line, out SerialSettings settings) =>
        IoctlSerial(line, GetSerial, out settings) == 0;

    public static bool TrySetSerial(SafeFileHandle line, SerialSettings settings) =>
        IoctlSerialIn(line, SetSerial, in settings) == 0;

    /// <summary>Keeps other openers out: TIOCEXCL for all but root, flock for all who ask for it.</summary>
    public static bool TryLock(SafeFileHandle line) =>
        Flock(line, LockExclusive | LockDoNotWait) == 0 && IoctlValue(line, Exclusive, 0) == 0;

    public static void Unlock(SafeFileHandle line) => IoctlValue(line, NotExclusive, 0);

    public static void DiscardInput(SafeFileHandle line) => IoctlValue(line, FlushQueues, InputQueue);

    public static void DiscardAll(SafeFileHandle line) => IoctlValue(line, FlushQueues, BothQueues);

    public static bool TryUnlockPty(SafeFileHandle master) => IoctlInteger(master, LockPty, 0) == 0;

    public static bool TryGetPtyNumber(SafeFileHandle master, out int number) =>
        IoctlIntegerOut(master, GetPtyNumber, out number) == 0;

    /// <summary>read(2) without waiting.</summary>
    /// <returns>Bytes; 0 where the other side is gone; -1 with the error.</returns>
    public static int Read(SafeFileHandle line, Span<byte> buffer, out int error)
    {
        nint count = ReadBytes(line, buffer, (nuint)buffer.Length);
        error = count < 0 ? Marshal.GetLastPInvokeError() : 0;
        return (int)count;
    }

    public static int Write(SafeFileHandle line, ReadOnlySpan<byte> bytes, out int error)
    {
        nint count = WriteBytes(line, bytes, (nuint)bytes.Length);
        error = count < 0 ? Marshal.GetLastPInvokeError() : 0;
        return (int)count;
    }

    public static string Describe(int error) => Marshal.GetPInvokeErrorMessage(error);

    [LibraryImport(Library, EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Open(string path, int flags);

    [LibraryImport(Library, EntryPoint = "read", SetLastError = true)]
    private static partial nint ReadBytes(SafeFileHandle line, Span<byte> buffer, nuint size);

    [LibraryImport(Library, EntryPoint = "write", SetLastError = true)]
    private static partial nint WriteBytes(SafeFileHandle line, ReadOnlySpan<byte> bytes, nuint size);

    [LibraryImport(Library, EntryPoint = "flock", SetLastError = true)]
    private static partial int Flock(SafeFileHandle line, int operation);

    [LibraryImport(Library, EntryPoint = "ioctl", SetLastError = true)]
    private static partial int IoctlTermios(SafeFileHandle line, nuint request, out Termios2 settings);

    [LibraryImport(Library, EntryPoint = "ioctl", SetLastError = true)]
    private static partial int IoctlTermiosIn(SafeFileHandle line, nuint request, in Termios2 settings);

    [LibraryImport(Library, EntryPoint = "ioctl", SetLastError = true)]
    private static partial int IoctlSerial(SafeFileHandle line, nuint request, out SerialSettings settings);

    [LibraryImport(Library, EntryPoint = "ioctl", SetLastError = true)]
    private static partial int IoctlSerialIn(SafeFileHandle line, nuint request, in SerialSettings settings);

    [LibraryImport(Library, EntryPoint = "ioctl", SetLastError = true)]
    private static partial int IoctlValue(SafeFileHandle line, nuint request, nint value);

    [LibraryImport(Library, EntryPoint = "ioctl", SetLastError = true)]
    private static partial int IoctlInteger(SafeFileHandle line, nuint request, in int value);

    [LibraryImport(Library, EntryPoint = "ioctl", SetLastError = true)]
    private static partial int IoctlIntegerOut(SafeFileHandle line, nuint request, out int value);
}
