using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace EdgeFusion.Linux.Interop.Libc;

/// <summary>A flag that any thread may raise and poll(2) can wait for: an eventfd.</summary>
internal sealed partial class EventDescriptor : IDisposable
{
    private const string Library = "libc";
    private const int CloseOnExec = 0x80000;
    private const int NonBlocking = 0x800;

    private readonly SafeFileHandle _handle;

    public EventDescriptor()
    {
        int descriptor = Create(0, CloseOnExec | NonBlocking);
        if (descriptor < 0)
        {
            throw new TransportException(
                $"Could not create an eventfd: {Marshal.GetLastPInvokeErrorMessage()}. Close some files or raise "
                + "the limit (ulimit -n).");
        }

        _handle = new SafeFileHandle(descriptor, ownsHandle: true);
    }

    /// <summary>For poll(2), while this object lives.</summary>
    public int Descriptor => (int)_handle.DangerousGetHandle();

    /// <summary>Raises the flag; any thread; does nothing once disposed.</summary>
    public void Raise()
    {
        ulong one = 1;
        try
        {
            // The only failure is a counter at its limit, and then the flag is up anyway.
            _ = Write(_handle, one, sizeof(ulong));
        }
        catch (ObjectDisposedException)
        {
            // Disposed meanwhile on the other thread: there is nobody left to wake.
        }
    }

    /// <summary>Lowers the flag.</summary>
    public void Lower() => _ = Read(_handle, out _, sizeof(ulong));

    public void Dispose() => _handle.Dispose();

    [LibraryImport(Library, EntryPoint = "eventfd", SetLastError = true)]
    private static partial int Create(uint initial, int flags);

    [LibraryImport(Library, EntryPoint = "write")]
    private static partial nint Write(SafeFileHandle descriptor, in ulong value, nint size);

    [LibraryImport(Library, EntryPoint = "read")]
    private static partial nint Read(SafeFileHandle descriptor, out ulong value, nint size);
}
