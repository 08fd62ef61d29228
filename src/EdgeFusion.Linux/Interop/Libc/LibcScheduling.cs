using System.Runtime.InteropServices;
using EdgeFusion.Time;

namespace EdgeFusion.Linux.Interop.Libc;

/// <summary>The calls of libc for a thread that has to wake up in time. All concern the calling thread.</summary>
internal static partial class LibcScheduling
{
    private const string Library = "libc";
    private const int MonotonicClock = 1;
    private const int AbsoluteTime = 1;
    private const int Interrupted = 4;
    private const int SetTimerSlack = 29;
    private const int GetTimerSlack = 30;

    /// <summary>Sleeps until an instant of the monotonic clock; signals do not end it.</summary>
    public static void SleepUntil(long nanoseconds)
    {
        var until = new Timespec
        {
            Seconds = (nint)(nanoseconds / Timestamp.NanosecondsPerSecond),
            Nanoseconds = (nint)(nanoseconds % Timestamp.NanosecondsPerSecond),
        };
        while (ClockNanosleep(MonotonicClock, AbsoluteTime, in until, 0) == Interrupted)
        {
        }
    }

    /// <summary>How much later than asked for the kernel may end a wait, in ns; below 0 where it does not say.
    /// </summary>
    public static int TimerSlack() => Prctl(GetTimerSlack, 0, 0, 0, 0);

    /// <summary>Changes <see cref="TimerSlack"/>; anybody may.</summary>
    public static void ChangeTimerSlack(int nanoseconds) => _ = Prctl(SetTimerSlack, (nuint)nanoseconds, 0, 0, 0);

    /// <summary>How the kernel schedules the thread.</summary>
    public static bool TryGetAttributes(out SchedulingAttributes attributes)
    {
        attributes = default;
        return Numbers is { } numbers
            && GetAttributes(numbers.Get, 0, ref attributes, SchedulingAttributes.Bytes, 0) == 0;
    }

    /// <summary>Changes how the kernel schedules the thread.</summary>
    public static bool TrySetAttributes(in SchedulingAttributes attributes) =>
        Numbers is { } numbers && SetAttributes(numbers.Set, 0, in attributes, 0) == 0;

    /// <summary>Numbers of sched_setattr and sched_getattr, for which most libcs have no function.</summary>
    private static (nint Set, nint Get)? Numbers => RuntimeInformation.ProcessArchitecture switch
    {
        Architecture.X64 => (314, 315),
        Architecture.Arm64 => (274, 275),
        _ => null,
    };

    [LibraryImport(Library, EntryPoint = "clock_nanosleep")]
    private static partial int ClockNanosleep(int clock, int flags, in Timespec until, nint remaining);

    [LibraryImport(Library, EntryPoint = "prctl")]
    private static partial int Prctl(int option, nuint first, nuint second, nuint third, nuint fourth);

    [LibraryImport(Library, EntryPoint = "syscall")]
    private static partial nint SetAttributes(nint number, nint thread, in SchedulingAttributes attributes, nint flags);

    [LibraryImport(Library, EntryPoint = "syscall")]
    private static partial nint GetAttributes(
        nint number, nint thread, ref SchedulingAttributes attributes, nint bytes, nint flags);

    [StructLayout(LayoutKind.Sequential)]
    private struct Timespec
    {
        public nint Seconds;
        public nint Nanoseconds;
    }
}

/// <summary>struct sched_attr of linux/sched/types.h, first version.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct SchedulingAttributes
{
    /// <summary>Size of the first version.</summary>
    public const int Bytes = 48;

    /// <summary>SCHED_OTHER, the ordinary policy.</summary>
    public const uint Ordinary = 0;

    /// <summary>SCHED_FIFO, the real-time policy without slices.</summary>
    public const uint FirstInFirstOut = 1;

    /// <summary>SCHED_FLAG_RESET_ON_FORK: threads begun by this one are ordinary ones.</summary>
    public const ulong ResetOnFork = 1;

    public uint Size;
    public uint Policy;
    public ulong Flags;
    public int Nice;
    public uint Priority;

    /// <summary>Under the ordinary policy the slice in ns, since Linux 6.12.</summary>
    public ulong Runtime;

    public ulong Deadline;
    public ulong Period;
}
