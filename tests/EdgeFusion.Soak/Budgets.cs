namespace EdgeFusion.Soak;

/// <summary>
/// The budgets and where each comes from. "Peer" is the tuned psi runtime on the same workload and class of machine
/// (two
/// shared cores), "floor" a bare loop over preallocated rings without any framework.
/// </summary>
internal static class Budgets
{
    /// <summary>Windows per second on virtual time, at least. Peer 2,100-3,300, floor 28,000.</summary>
    public const double WindowsPerSecond = 12_000;

    /// <summary>Processor time per window, at most, in us. Peer 333-558, floor 36; robust on a busy machine.</summary>
    public const double WindowCpuMicroseconds = 80;

    /// <summary>Managed bytes per window after start, at most. Peer 169-471 KB, floor 0.</summary>
    public const double WindowBytes = 0;

    /// <summary>Processor time live at 1,630 messages/s, at most, in % of one core. Peer 2.6-4.5, floor 1.2.</summary>
    public const double LiveCpuPercent = 2;

    /// <summary>
    /// 99th percentile from the arrival of the last needed sample to the cut, at most, in ms; all sensors healthy.
    /// Three
    /// periods of the fusion thread's 1 ms poll. Peer 35 (reproducible), floor 1.2.
    /// </summary>
    public const double ReadyP99Milliseconds = 3;

    /// <summary>Growth of resident memory while a sensor is silent, at most, in MB per minute. Peer 144.</summary>
    public const double SilentGrowthMegabytesPerMinute = 1;

    /// <summary>Simulated minutes of silence. The peer was measured over 5.</summary>
    public const int SilentMinutes = 5;

    /// <summary>Replay of a recording of vectors without inference, times real time, at least. Peer 16-18.</summary>
    public const double ReplaySpeed = 150;

    /// <summary>Recording with CRC, uncompressed, to memory, in MB/s, at least. Peer 115 without any
    /// checksum.</summary>
    public const double WritingMegabytesPerSecond = 300;

    /// <summary>zstd of pictures, in MB/s of processor time, at least.</summary>
    public const double ZstdMegabytesPerSecond = 120;

    /// <summary>Processor time of the recorder's thread for four streams, uncompressed, at most, in % of one
    /// core.</summary>
    public const double RecorderCpuPercent = 1.5;

    /// <summary>Managed bytes per recorded sample, at most.</summary>
    public const double RecorderSampleBytes = 0;

    /// <summary>Reading a warm, uncompressed recording, in MB/s, at least.</summary>
    public const double ReadingMegabytesPerSecond = 700;

    /// <summary>Managed bytes allocated while reading, at most, in % of the payload.</summary>
    public const double ReadingAllocatedPercent = 1;

    /// <summary>From asking for a place in two gigabytes to its first sample, at most, in ms.</summary>
    public const double SeekMilliseconds = 50;

    /// <summary>Resident memory while reading a file of any size, at most, in MiB.</summary>
    public const double ReadingMegabytes = 256;

    /// <summary>99th percentile of a sample's distance from its instant in real-time replay, at most, in ms.</summary>
    public const double PaceP99Milliseconds = 1;

    /// <summary>Processor time of real-time replay at 1,500 samples/s into windows, at most, in % of one core: far
    /// from the 100 of one that spins.</summary>
    public const double PaceCpuPercent = 15;

    /// <summary>Bind, infer and decode over the bare run of the model, at most, in %.</summary>
    public const double OverheadPercent = 3;

    /// <summary>
    /// Processor time to take in 1 kHz force, 500 Hz joints, 16 kHz audio and 640x480 at 30 Hz, at most, in % of one
    /// core. GStreamer's own threads apart.
    /// </summary>
    public const double DeviceCpuPercent = 6;

    /// <summary>Managed bytes per sample of these devices, at most.</summary>
    public const double DeviceSampleBytes = 0;

    /// <summary>From a device's being back to its first sample, at most, in s.</summary>
    public const double DeviceBackSeconds = 2;

    /// <summary>Processor time of the worker's page beside one viewer, at most, in % of one core.</summary>
    public const double PageCpuPercent = 3;

    /// <summary>How much ten viewers that do not read may lengthen the windows' 99th percentile, in %.</summary>
    public const double SlowViewersPercent = 5;

    /// <summary>
    /// Open descriptors more after the replugs than before, at most: one per adapter for what is just being opened. A
    /// leak would be one per replug.
    /// </summary>
    public const double ReplugDescriptors = 24;

    /// <summary>Threads more, at most: the pools of runtime and GStreamer breathe.</summary>
    public const double ReplugThreads = 24;

    /// <summary>Managed memory more, at most, in MiB.</summary>
    public const double ReplugManagedMiB = 4;

    /// <summary>Resident memory more, at most, in MiB: all adapters together over all their replugs.</summary>
    public const double ReplugResidentMiB = 64;
}
