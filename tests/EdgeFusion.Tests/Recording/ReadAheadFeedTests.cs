using System.Buffers.Binary;
using EdgeFusion.Recording;
using EdgeFusion.Sensing;
using EdgeFusion.Time;
using static EdgeFusion.Tests.Windowing.TestSensors;

namespace EdgeFusion.Tests.Recording;

public sealed class ReadAheadFeedTests
{
    private static readonly SensorInfo Small = Vector("small", width: 4);
    private static readonly SensorInfo Large = Vector("large", width: 1_000_000);

    [Theory]
    [InlineData(0)]
    [InlineData(3)]
    public void Samples_come_in_order_and_whole_whoever_is_faster(int readerWaitsMs)
    {
        // 200 samples of up to 4 MB through a ring of 16 MB: it goes round many times, often with no room at its end.
        using var inner = new NumberedFeed(200, static i => i % 3 == 0 ? 4_000_000 - i : 16);
        using var feed = new ReadAheadFeed(inner, ReadAheadFeed.Buffer.For(inner.Sensors));
        for (int i = 0; i < 200; i++)
        {
            Assert.True(feed.TryAdvance(out int sensor, out SampleHeader header));
            Assert.Equal((i % 3 == 0 ? 1 : 0, i), (sensor, header.Sequence));
            byte[] payload = new byte[header.Length];
            feed.Fill(payload);
            Assert.True(NumberedFeed.Holds(payload, i), $"payload {i}");
            Thread.Sleep(i % 20 == 0 ? readerWaitsMs : 0);
        }

        Assert.False(feed.TryAdvance(out _, out _));
        Assert.False(feed.TryAdvance(out _, out _));
    }

    [Fact]
    public void It_reads_ahead_no_further_than_its_buffer()
    {
        using var inner = new NumberedFeed(1_000, static _ => 4_000_000);
        using var feed = new ReadAheadFeed(inner, ReadAheadFeed.Buffer.For(inner.Sensors));

        Assert.True(SpinWait.SpinUntil(() => inner.Given >= 4, TimeSpan.FromSeconds(60)));
        Thread.Sleep(50);
        Assert.InRange(inner.Given, 4, 5);
        Assert.True(feed.TryAdvance(out _, out _));
    }

    [Fact]
    public void A_fault_comes_after_the_samples_before_it()
    {
        using var inner = new NumberedFeed(5, static _ => 16) { Fault = new RecordingException("chunk 7 is damaged") };
        using var feed = new ReadAheadFeed(inner, ReadAheadFeed.Buffer.For(inner.Sensors));
        for (int i = 0; i < 5; i++)
        {
            Assert.True(feed.TryAdvance(out _, out _));
        }

        Assert.Equal(
            "chunk 7 is damaged", Assert.Throws<RecordingException>(() => feed.TryAdvance(out _, out _)).Message);
    }

    [Fact]
    public void Another_one_goes_on_where_the_inner_feed_stands()
    {
        using var inner = new NumberedFeed(int.MaxValue, static _ => 16);
        var buffer = ReadAheadFeed.Buffer.For(inner.Sensors);
        for (int round = 0; round < 50; round++)
        {
            int from = inner.Given;
            using var feed = new ReadAheadFeed(inner, buffer);
            Assert.True(feed.TryAdvance(out _, out SampleHeader header));
            Assert.True(header.Sequence >= from);
            byte[] payload = new byte[header.Length];
            feed.Fill(payload);
            Assert.True(NumberedFeed.Holds(payload, (int)header.Sequence));
        }
    }

    /// <summary>Samples made as they are asked for; each fills its payload with its number.</summary>
    private sealed class NumberedFeed(int count, Func<int, int> length) : ISampleFeed
    {
        private int _given;

        public IReadOnlyList<SensorInfo> Sensors { get; } = [Small, Large];

        public RecordingException? Fault { get; init; }

        public int Given => Volatile.Read(ref _given);

        public static bool Holds(ReadOnlySpan<byte> payload, int number) =>
            BinaryPrimitives.ReadInt32LittleEndian(payload) == number
            && payload[4..].IndexOfAnyExcept((byte)number) < 0;

        public bool TryAdvance(out int sensor, out SampleHeader header)
        {
            sensor = -1;
            header = default;
            if (_given >= count)
            {
                return Fault is null ? false : throw Fault;
            }

            header.Sequence = _given;
            header.Length = length(_given);
            header.Arrival = new Timestamp(_given);
            sensor = header.Length > 16 ? 1 : 0;
            Volatile.Write(ref _given, _given + 1);
            return true;
        }

        public void Fill(Span<byte> payload)
        {
            payload.Fill((byte)(_given - 1));
            BinaryPrimitives.WriteInt32LittleEndian(payload, _given - 1);
        }

        public void Dispose()
        {
        }
    }
}
