using System.Buffers.Binary;
using System.Runtime.InteropServices;
using EdgeFusion.Linux.Media;
using EdgeFusion.Sensing;
using EdgeFusion.Testing.Sensing;

namespace EdgeFusion.Linux.Tests.Media;

public sealed class GStreamerSoundTests : IDisposable
{
    private const int RateHz = 16_000;
    private readonly string _folder = Directory.CreateTempSubdirectory("edgefusion-sound").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [NeedsElementFact("audiotestsrc")]
    public void Blocks_of_a_tone_follow_each_other_without_a_hole()
    {
        using var sensor = new GStreamerSensor(MediaBench.Microphone(), new GStreamerOptions());
        using var run = new SensorRun(sensor);

        run.WaitFor(100);
        run.Stop();

        for (int i = 1; i < 100; i++)
        {
            SampleHeader header = run.Ring.Header(i);
            long step = header.Capture.NanosecondsSince(run.Ring.Header(i - 1).Capture);
            Assert.Equal(SampleFlags.None, header.Flags);

            // However late a block comes, its stamp follows from the source's own; 0.1 ms for reading the clock again.
            Assert.InRange(step, 9_900_000, 10_100_000);
        }
    }

    [NeedsElementFact("filesrc", "wavparse")]
    public void A_file_is_played_completely_at_its_own_pace_and_then_ends()
    {
        string path = Path.Combine(_folder, "ramp.wav");
        WriteRamp(path, RateHz / 2);
        using var sensor = new GStreamerSensor(
            MediaBench.Microphone(), new GStreamerOptions { Source = GStreamerSource.File, Path = path });
        using var run = new SensorRun(sensor);

        run.WaitForEnd();

        Assert.Null(run.Failure);
        var values = new List<float>();
        for (long i = 0; i < run.Ring.Published; i++)
        {
            values.AddRange(MemoryMarshal.Cast<byte, float>(run.Ring.Payload(i)).ToArray());
        }

        Assert.Equal(RateHz / 2, values.Count);
        Assert.Equal(100 / 32768f, values[100], 1e-4f);
        Assert.Equal(7_999 / 32768f, values[7_999], 1e-4f);
        SampleHeader last = run.Ring.Header(run.Ring.Published - 1);
        long span = last.Capture.NanosecondsSince(run.Ring.Header(0).Capture);
        Assert.InRange(span, 450_000_000, 500_000_000);
        Assert.True(last.Arrival.NanosecondsSince(run.Ring.Header(0).Arrival) > 400_000_000);
    }

    [NeedsElementFact("filesrc", "wavparse")]
    public void A_looped_file_begins_again()
    {
        string path = Path.Combine(_folder, "short.wav");
        WriteRamp(path, RateHz / 20);
        using var sensor = new GStreamerSensor(
            MediaBench.Microphone(),
            new GStreamerOptions { Source = GStreamerSource.File, Path = path, Loop = true });
        using var run = new SensorRun(sensor);

        run.WaitFor(12);
        run.Stop();
    }

    [NeedsElementFact("audiotestsrc", "audioconvert")]
    public void A_custom_pipeline_of_another_rate_says_what_is_wrong()
    {
        using var sensor = MediaBench.Custom(
            MediaBench.Microphone(), "audiotestsrc is-live=true ! audio/x-raw,format=F32LE,rate=48000,channels=1");
        using var run = new SensorRun(sensor);

        Assert.Contains("Cannot read the custom pipeline", run.WaitForFailure(), StringComparison.Ordinal);
    }

    private static void WriteRamp(string path, int frames)
    {
        byte[] wav = new byte[44 + (2 * frames)];
        "RIFF"u8.CopyTo(wav);
        BinaryPrimitives.WriteInt32LittleEndian(wav.AsSpan(4), wav.Length - 8);
        "WAVEfmt "u8.CopyTo(wav.AsSpan(8));
        BinaryPrimitives.WriteInt32LittleEndian(wav.AsSpan(16), 16);
        BinaryPrimitives.WriteInt16LittleEndian(wav.AsSpan(20), 1);
        BinaryPrimitives.WriteInt16LittleEndian(wav.AsSpan(22), 1);
        BinaryPrimitives.WriteInt32LittleEndian(wav.AsSpan(24), RateHz);
        BinaryPrimitives.WriteInt32LittleEndian(wav.AsSpan(28), 2 * RateHz);
        BinaryPrimitives.WriteInt16LittleEndian(wav.AsSpan(32), 2);
        BinaryPrimitives.WriteInt16LittleEndian(wav.AsSpan(34), 16);
        "data"u8.CopyTo(wav.AsSpan(36));
        BinaryPrimitives.WriteInt32LittleEndian(wav.AsSpan(40), 2 * frames);
        for (int i = 0; i < frames; i++)
        {
            BinaryPrimitives.WriteInt16LittleEndian(wav.AsSpan(44 + (2 * i)), (short)i);
        }

        File.WriteAllBytes(path, wav);
    }
}
