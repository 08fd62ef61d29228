using EdgeFusion.Buffering;
using EdgeFusion.Diagnostics;
using EdgeFusion.Linux.Compression;
using EdgeFusion.Models;
using EdgeFusion.Recording;
using EdgeFusion.Recording.Mcap;
using EdgeFusion.Sensing;
using EdgeFusion.Soak.Devices;
using EdgeFusion.Time;
using EdgeFusion.Worker.Bench;

namespace EdgeFusion.Soak.Gates;

/// <summary>
/// What recording costs: zstd per core, and the recorder's own thread while the four streams of the bench workload
/// run in real time, in processor time and managed bytes, also of the thread that feeds it.
/// </summary>
internal static class RecordingGate
{
    private const int BlockBytes = 1 << 20;
    private const int Blocks = 128;
    private const string ThreadName = "soak-recorder";

    /// <summary>The chunk of the slow sensors takes seven seconds to fill for the first time, and grows until then.
    /// </summary>
    private static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(16);

    public static IEnumerable<Verdict> Run(SoakPlan plan)
    {
        yield return ZstdCodec.Probe() is { } reason
            ? Verdict.Skipped("recording: zstd", reason)
            : Verdict.AtLeast(
                "recording: zstd of pictures, per core", Compress(), Budgets.ZstdMegabytesPerSecond, "MB/s");
        foreach (Verdict verdict in Record(plan.Live))
        {
            yield return verdict;
        }
    }

    /// <summary>Pictures as cameras see them: a slope, and noise in the two lowest bits.</summary>
    private static double Compress()
    {
        using var codec = new ZstdCodec();
        var random = new Random(1);
        var block = new byte[BlockBytes];
        for (int i = 0; i < block.Length; i++)
        {
            block[i] = (byte)((i / 97) + random.Next(4));
        }

        var packed = new byte[codec.MaxCompressedLength(BlockBytes)];
        codec.Compress(block, packed);
        TimeSpan begin = Environment.CpuUsage.TotalTime;
        for (int i = 0; i < Blocks; i++)
        {
            codec.Compress(block, packed);
        }

        return Blocks * BlockBytes / 1e6 / (Environment.CpuUsage.TotalTime - begin).TotalSeconds;
    }

    private static IEnumerable<Verdict> Record(TimeSpan length)
    {
        string path = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName());
        var clock = new PipelineClock(TimeProvider.System);
        var output = new Counting(
            new RecordingWriter(McapWriter.Create(path, RecordingWriter.LiveOptions()), clock.Now));
        var recorder = new Recorder(
            output, BenchWorkload.Manifest, null, clock, NullObserver.Instance,
            new RecorderOptions { Name = ThreadName });
        try
        {
            using var feed = new BenchFeed(clock.Now) { EndNanoseconds = long.MaxValue };
            SampleSink[] sinks = [.. feed.Sensors.Select(sensor => Sink(sensor, clock, recorder))];
            recorder.Start();
            var warm = new Phase(feed, sinks, clock);
            warm.Run(WarmUp);
            long cpu = ThreadTimes.Read().GetValueOrDefault(ThreadName);
            long bytes = output.AllocatedBytes + GC.GetAllocatedBytesForCurrentThread();
            long samples = warm.Run(length);
            bytes = output.AllocatedBytes + GC.GetAllocatedBytesForCurrentThread() - bytes;
            cpu = ThreadTimes.Read().GetValueOrDefault(ThreadName) - cpu;
            recorder.Dispose();
            yield return Verdict.AtMost(
                "recording: recorder's thread, four streams", cpu / 1e7 / length.TotalSeconds,
                Budgets.RecorderCpuPercent, "% of a core");
            yield return Verdict.AtMost(
                "recording: managed bytes per sample, capture to file", bytes / (double)samples,
                Budgets.RecorderSampleBytes, "B");
            yield return Verdict.AtMost("recording: samples lost", recorder.Lost, 0, "");
        }
        finally
        {
            recorder.Dispose();
            File.Delete(path);
        }
    }

    private static SampleSink Sink(SensorInfo sensor, PipelineClock clock, Recorder recorder)
    {
        var ring = new SensorRing(sensor, (int)Math.Max(64, 2 * sensor.RateHz / sensor.FramesPerBlock));
        recorder.Add(ring);
        return new SampleSink(
            ring, new SampleGate(sensor, TimeSpan.FromSeconds(10), TimeSpan.FromSeconds(10)), clock);
    }

    /// <summary>Looks what the recorder's thread allocates: other threads of this process do not count.</summary>
    private sealed class Counting(RecordingWriter writer) : IRecordingOutput
    {
        private long _allocated;

        public long AllocatedBytes => Volatile.Read(ref _allocated);

        public long BytesWritten => writer.BytesWritten;

        public string? Refusal => writer.Refusal;

        public int AddSensor(SensorInfo info, Timestamp now) => writer.AddSensor(info, now);

        public void AddModel(ModelManifest manifest) => writer.AddModel(manifest);

        public void WriteSample(int sensor, in SampleHeader header, ReadOnlySpan<byte> payload) =>
            writer.WriteSample(sensor, header, payload);

        public void WriteEvent(
            RecordingEvent kind, long sequence, Timestamp at, Timestamp about, ReadOnlySpan<byte> json) =>
            writer.WriteEvent(kind, sequence, at, about, json);

        public void Maintain(Timestamp now)
        {
            writer.Maintain(now);
            Volatile.Write(ref _allocated, GC.GetAllocatedBytesForCurrentThread());
        }

        public int DiscardPending() => writer.DiscardPending();

        public void Finish() => writer.Finish();

        public void Dispose() => writer.Dispose();
    }

    /// <summary>Lets the feed's samples arrive when they are due.</summary>
    private sealed class Phase(BenchFeed feed, SampleSink[] sinks, PipelineClock clock)
    {
        private readonly byte[][] _payloads = BenchFeed.Templates();

        /// <returns>Samples given.</returns>
        public long Run(TimeSpan length)
        {
            Timestamp end = clock.Now + length;
            long samples = 0;
            while (clock.Now < end && feed.TryAdvance(out int sensor, out SampleHeader header))
            {
                clock.WaitUntil(header.Arrival, CancellationToken.None);
                Span<byte> slot = sinks[sensor].Claim();
                _payloads[sensor].CopyTo(slot);
                sinks[sensor].Commit(header.Capture, header.Arrival, header.Length, header.Flags);
                samples++;
            }

            return samples;
        }
    }
}
