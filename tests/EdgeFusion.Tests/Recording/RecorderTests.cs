using EdgeFusion.Buffering;
using EdgeFusion.Diagnostics;
using EdgeFusion.Models;
using EdgeFusion.Predictions;
using EdgeFusion.Recording;
using EdgeFusion.Recording.Mcap;
using EdgeFusion.Sensing;
using EdgeFusion.Time;
using static EdgeFusion.Tests.Windowing.TestSensors;

namespace EdgeFusion.Tests.Recording;

public sealed class RecorderTests
{
    private readonly PipelineClock _clock = new(TimeProvider.System);
    private readonly Problems _problems = new();

    [Fact]
    public void Every_sample_of_every_ring_is_in_the_recording()
    {
        string path = Path.GetTempFileName();
        var ring = new SensorRing(Vector(), 4_096);
        var recorder = new Recorder(
            Writer(File.Open(path, FileMode.Create)), Manifest(VectorInput(100)), null, _clock, _problems);
        recorder.Add(ring);
        recorder.Start();
        for (int i = 0; i < 3_000; i++)
        {
            Put(ring, i, i, i == 7 ? SampleFlags.Gap : SampleFlags.None, i, -i);
        }

        recorder.Dispose();

        using RecordingFeed feed = RecordingFeed.Open(path, new RecordingFeedOptions());
        var values = new float[2];
        for (int i = 0; i < 3_000; i++)
        {
            Assert.True(feed.TryAdvance(out _, out SampleHeader header));
            feed.Fill(System.Runtime.InteropServices.MemoryMarshal.AsBytes(values.AsSpan()));
            Assert.Equal((i, At(i), (float)i), (header.Sequence, header.Capture, values[0]));
            Assert.Equal(i == 7 ? SampleFlags.Gap : SampleFlags.None, header.Flags);
        }

        Assert.False(feed.TryAdvance(out _, out _));
        Assert.Equal(0, recorder.Lost);
        File.Delete(path);
    }

    [Fact]
    public void A_full_disk_is_reported_once_and_everything_lost_is_counted()
    {
        var ring = new SensorRing(Vector(), 65_536);
        var recorder = new Recorder(
            Writer(new FullDisk(capacity: 100_000)), Manifest(VectorInput(100)), null, _clock, _problems);
        recorder.Add(ring);
        for (int i = 0; i < 40_000; i++)
        {
            Put(ring, i, i, i);
        }

        // The reader began before the samples; the thread takes them all in its first round.
        recorder.Start();
        Assert.True(SpinWait.SpinUntil(() => recorder.Written + recorder.Lost >= 40_000, TimeSpan.FromSeconds(30)));
        recorder.Dispose();

        Assert.True(recorder.Lost > 30_000);
        Assert.Single(_problems.Reports);
    }

    [Fact]
    public void What_the_ring_overwrote_stands_in_the_recording_as_a_gap()
    {
        var streams = new Streams();
        var ring = new SensorRing(Vector(), 64);
        using var recorder = new Recorder(
            streams.Open(At(0)), Manifest(VectorInput(100)), null, _clock, _problems);
        recorder.Add(ring);
        Put(ring, 0, 0, SampleFlags.None, 0, 0);
        recorder.Round();
        for (int i = 1; i < 1_001; i++)
        {
            Put(ring, i, i, SampleFlags.None, i, -i);
        }

        recorder.Round();
        recorder.Dispose();

        string gap = streams.Messages(0, "/edgefusion/gaps").Single().Text;
        int written = streams.Messages(0, "/force").Count;
        Assert.Equal(1_001, written + recorder.Lost);
        Assert.Contains($"\"topic\":\"/force\",\"lost\":{recorder.Lost},\"from_ns\":{At(0).Nanoseconds},", gap,
            StringComparison.Ordinal);
        Assert.Contains("\"reason\":\"overrun\"", gap, StringComparison.Ordinal);
    }

    [Fact]
    public void Predictions_that_never_came_stand_in_the_recording_as_a_gap()
    {
        var streams = new Streams();
        ModelManifest model = Manifest(VectorInput(100));
        using var recorder = new Recorder(streams.Open(At(0)), model, null, _clock, _problems);
        foreach (long sequence in new[] { 5L, 6, 10, 11 })
        {
            recorder.Write(new Prediction(model) { Sequence = sequence, End = At(sequence) });
        }

        recorder.Dispose();

        string gap = streams.Messages(0, "/edgefusion/gaps").Single().Text;
        Assert.Contains($"\"lost\":3,\"from_ns\":{At(6).Nanoseconds},\"to_ns\":{At(10).Nanoseconds},", gap,
            StringComparison.Ordinal);
        Assert.Contains("\"topic\":\"/edgefusion/predictions\"", gap, StringComparison.Ordinal);
        Assert.Equal(4, streams.Messages(0, "/edgefusion/cuts").Count);
        Assert.Equal(3, recorder.Lost);
    }

    [Fact]
    public void What_is_missing_at_the_end_is_told_when_the_recording_is_closed()
    {
        var streams = new Streams();
        var ring = new SensorRing(Vector(), 64);
        var output = new Refusing(streams.Open(At(0)));
        using var recorder = new Recorder(output, Manifest(VectorInput(100)), null, _clock, _problems);
        recorder.Add(ring);
        Put(ring, 0, 0, SampleFlags.None, 0, 0);
        recorder.Round();
        output.Refusal = "no room";
        Put(ring, 1, 1, SampleFlags.None, 1, 1);
        recorder.Round();

        recorder.Dispose();

        string gap = streams.Messages(0, "/edgefusion/gaps").Single().Text;
        Assert.Contains("\"topic\":\"/force\",\"lost\":1,", gap, StringComparison.Ordinal);
        Assert.Contains("\"reason\":\"policy\"", gap, StringComparison.Ordinal);
    }

    [Fact]
    public void Health_is_recorded_at_its_own_pace()
    {
        var streams = new Streams();
        using var recorder = new Recorder(
            streams.Open(At(0)), Manifest(VectorInput(100)), null, _clock, _problems,
            new RecorderOptions
            {
                Health = output => System.Buffers.BuffersExtensions.Write(output, "{}"u8),
                HealthEvery = TimeSpan.FromHours(1),
            });
        recorder.Round();
        recorder.Round();
        recorder.Dispose();

        Assert.Single(streams.Messages(0, "/edgefusion/health"));
    }

    [Fact]
    public void A_change_of_the_model_stands_before_the_first_decision_of_the_new_one()
    {
        string path = Path.GetTempFileName();
        EdgeFusion.Models.ModelManifest first = Manifest(VectorInput(100)) with { Sha256 = "aa" };
        EdgeFusion.Models.ModelManifest second = first with { Version = "2.0.0", Sha256 = "bb" };
        var recorder = new Recorder(Writer(File.Open(path, FileMode.Create)), first, null, _clock, _problems);
        for (int i = 0; i < 4; i++)
        {
            recorder.Write(new EdgeFusion.Predictions.Prediction(i < 2 ? first : second)
            {
                Window = i,
                Sequence = i,
                Start = At(i),
                End = At(i + 1),
                Times = { Cut = At(i + 2) },
            });
        }

        recorder.Start();
        recorder.Dispose();

        using McapIndexedReader file = McapIndexedReader.Open(path, McapReadOptions.Default);
        Assert.Equal([new ModelChange(2, "test 1.0.0 (aa)", "test 2.0.0 (bb)")], ModelChange.Read(file));
        var order = new List<string>();
        foreach (McapMessage message in file.ReadMessages(
            new McapMessageFilter { Topics = [RecordingTopics.Cuts, RecordingTopics.Models] }))
        {
            order.Add(message.Channel.Topic);
        }

        Assert.Equal(
            [RecordingTopics.Cuts, RecordingTopics.Cuts, RecordingTopics.Models, RecordingTopics.Cuts,
                RecordingTopics.Cuts], order);
        File.Delete(path);
    }

    private static RecordingWriter Writer(Stream stream) => new(
        new McapWriter(stream, RecordingWriter.FileOptions(chunkBytes: 16_384), "test"), At(0));

    /// <summary>Refuses samples by the limits of the disk while it is told to.</summary>
    private sealed class Refusing(IRecordingOutput inner) : IRecordingOutput
    {
        public long BytesWritten => inner.BytesWritten;

        public string? Refusal { get; set; }

        public int AddSensor(SensorInfo info, Timestamp now) => inner.AddSensor(info, now);

        public void AddModel(ModelManifest manifest) => inner.AddModel(manifest);

        public void WriteSample(int sensor, in SampleHeader header, ReadOnlySpan<byte> payload) =>
            inner.WriteSample(sensor, header, payload);

        public void WriteEvent(
            RecordingEvent kind, long sequence, Timestamp at, Timestamp about, ReadOnlySpan<byte> json) =>
            inner.WriteEvent(kind, sequence, at, about, json);

        public void Maintain(Timestamp now) => inner.Maintain(now);

        public int DiscardPending() => inner.DiscardPending();

        public void Finish() => inner.Finish();

        public void Dispose() => inner.Dispose();
    }

    /// <summary>Takes so many bytes and then says what a full file system says.</summary>
    private sealed class FullDisk(long capacity) : MemoryStream
    {
        public override void Write(ReadOnlySpan<byte> buffer) => Write(buffer.ToArray(), 0, buffer.Length);

        public override void Write(byte[] buffer, int offset, int count)
        {
            if (Position + count > capacity)
            {
                throw new IOException("No space left on device");
            }

            base.Write(buffer, offset, count);
        }
    }

    private sealed class Problems : IPipelineObserver
    {
        public List<string?> Reports { get; } = [];

        public void SinkChanged(string sink, string? problem) => Reports.Add(problem);

        public void SensorChanged(SensorInfo sensor, SensorState from, SensorState to, string reason)
        {
        }

        public void SkippingChanged(bool skipping, long skippedSoFar)
        {
        }

        public void EngineChanged(string? failure)
        {
        }
    }
}
