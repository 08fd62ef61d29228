using System.Runtime.InteropServices;

namespace EdgeFusion.Linux.Interop.Libc;

/// <summary>struct pollfd and poll(2).</summary>
[StructLayout(LayoutKind.Sequential)]
internal partial struct PollDescriptor
{
    public const short In = 1;
    public const short Out = 4;
    public const short Error = 8;
    public const short HangUp = 16;

    public int Descriptor;
    public short Events;
    public short Returned;

    public PollDescriptor(int descriptor, short events)
    {
        Descriptor = descriptor;
        Events = events;
    }

    /// <summary>Waits until one of the descriptors is ready.</summary>
    /// <returns>How many are; 0 at the time-out, and where a signal came.</returns>
    public static int Wait(Span<PollDescriptor> descriptors, TimeSpan timeout)
    {
        // Rounded up, so that a short wait never spins.
        int milliseconds = (int)Math.Min(Math.Ceiling(timeout.TotalMilliseconds), int.MaxValue);
        return Math.Max(0, Poll(descriptors, (nuint)descriptors.Length, Math.Max(0, milliseconds)));
    }

    [LibraryImport("libc", EntryPoint = "poll")]
    private static partial int Poll(Span<PollDescriptor> descriptors, nuint count, int milliseconds);
}
