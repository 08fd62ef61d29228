using System.Collections.Immutable;
using System.Globalization;
using EdgeFusion.Recording.Mcap;
using EdgeFusion.Sensing;
using EdgeFusion.Time;

namespace EdgeFusion.Recording;

/// <summary>The samples of a recording in order of arrival: our own recordings and ROS 2 bags alike.</summary>
/// <remarks>
/// A message that cannot be decoded is counted and passed over; a channel of an unknown kind is listed in
/// <see cref="Skipped"/>. Memory is bounded whatever the file's size. <b>Threading.</b> One thread.
/// </remarks>
public sealed class RecordingFeed : ISampleFeed
{
    /// <summary>A stamp this far ahead of its logging is a broken clock, not a clock of its own.</summary>
    private const long ForeignClockNanoseconds = Timestamp.NanosecondsPerSecond;

    /// <summary>2^62 ns, in the year 2116: later stamps are damage, and arithmetic on them would overflow.</summary>
    private const ulong LatestTime = 1UL << 62;

    private readonly McapIndexedReader _file;
    private McapMessageReader _messages;
    private readonly Dictionary<ushort, int> _sensorOf = [];
    private readonly List<SampleDecoder> _decoders = [];
    private readonly List<Unwrapped> _sequences = [];
    private readonly List<string> _topics = [];
    private readonly byte[] _payload;
    private readonly RecordedFlags _flags;
    private readonly long _lead;
    private ulong _deliverFrom;
    private int _length;

    private RecordingFeed(McapIndexedReader file, RecordingFeedOptions options)
    {
        _file = file;
        ImmutableArray<string>.Builder skipped = ImmutableArray.CreateBuilder<string>();
        ImmutableArray<SensorInfo>.Builder sensors = ImmutableArray.CreateBuilder<SensorInfo>();
        int largest = 1;
        foreach (McapChannel channel in file.Channels.Values)
        {
            if (RecordingChannels.IsSensor(channel)
                && TryDecoder(channel, options, skipped, out SampleDecoder? decoder))
            {
                _sensorOf.Add(channel.Id, _decoders.Count);
                _decoders.Add(decoder!);
                _sequences.Add(new Unwrapped());
                sensors.Add(decoder!.Info);
                _topics.Add(channel.Topic);
                largest = Math.Max(largest, decoder.Info.Layout.MaxSampleBytes);
                _lead = Math.Max(_lead, decoder.LeadNanoseconds);
            }
        }

        Sensors = sensors.ToImmutable();
        Skipped = skipped.ToImmutable();
        DecodeFailures = new long[_decoders.Count];
        Origin = ReadOrigin();
        (From, To) = (Origin, End);
        _payload = new byte[largest];
        _flags = RecordedFlags.Read(file);
        _messages = file.ReadMessages(new McapMessageFilter { Topics = _topics });
    }

    /// <inheritdoc/>
    public IReadOnlyList<SensorInfo> Sensors { get; }

    /// <summary>One sentence per channel that is no sensor this build can read.</summary>
    public ImmutableArray<string> Skipped { get; }

    /// <summary>Messages per sensor that could not be decoded.</summary>
    public long[] DecodeFailures { get; }

    /// <summary>The first failure to decode, in words; null where there was none.</summary>
    public string? FirstFailure { get; private set; }

    /// <summary>Origin of the window grid: as recorded, else the time of the first message.</summary>
    public Timestamp Origin { get; }

    /// <summary>Seconds from the first to the last message; 0 where unknown.</summary>
    public double DurationSeconds => _file is { StartTime: { } start, EndTime: { } end } ? (end - start) / 1e9 : 0;

    /// <summary>When the file's last message was logged; the origin where unknown.</summary>
    public Timestamp End => _file.EndTime is { } end ? McapTime.ToTimestamp(end) : Origin;

    /// <summary>What a recovering reader had to pass over, in words; empty on an intact file.</summary>
    public IReadOnlyList<string> Losses
    {
        get
        {
            var lost = new List<string>();
            foreach (McapLosses losses in new[] { _file.Losses, _messages.Losses })
            {
                if (losses.FirstFault is { } fault)
                {
                    lost.Add(string.Create(
                        CultureInfo.InvariantCulture,
                        $"{losses.DamagedChunks} chunks, {losses.LostBytes} bytes: {fault}"));
                }
            }

            return lost;
        }
    }

    /// <summary>The file, for labels and statistics.</summary>
    public McapIndexedReader File => _file;

    /// <summary>Opens a recording.</summary>
    /// <exception cref="RecordingException">Unreadable, or without any sensor; the message says which.</exception>
    public static RecordingFeed Open(string path, RecordingFeedOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        McapIndexedReader file = McapIndexedReader.Open(path, options.Mcap);
        try
        {
            var feed = new RecordingFeed(file, options);
            if (feed.Sensors.Count == 0)
            {
                string detail = feed.Skipped.IsEmpty
                    ? "it holds no channels of sensors"
                    : "\n - " + string.Join("\n - ", feed.Skipped);
                throw new RecordingException($"Nothing to replay in '{path}': {detail}");
            }

            return feed;
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <summary>Reads one sensor only, from the recording's start; the others' messages are not decoded.</summary>
    /// <param name="sensor">Index in <see cref="Sensors"/>.</param>
    public void Select(int sensor)
    {
        foreach ((ushort channel, int index) in _sensorOf)
        {
            if (index == sensor)
            {
                _deliverFrom = 0;
                _decoders[index].Restart();
                _messages = _file.ReadMessages(new McapMessageFilter { Topics = [_file.Channels[channel].Topic] });
                return;
            }
        }

        throw new ArgumentOutOfRangeException(nameof(sensor), sensor, "There is no such sensor.");
    }

    /// <summary>First instant of what is read: the recording's start, or that of <see cref="Restrict"/>.</summary>
    public Timestamp From { get; private set; }

    /// <summary>Last instant of what is read.</summary>
    public Timestamp To { get; private set; }

    /// <summary>Reads only a range, by the index: from one instant of arrival to another, both included.</summary>
    public void Restrict(Timestamp from, Timestamp to)
    {
        (From, To) = (from, to < End ? to : End);
        Seek(from);
    }

    /// <summary>Goes on with the first sample that arrived at an instant or later, forwards or backwards, up to the end
    /// of the range.</summary>
    public void Seek(Timestamp from)
    {
        // A video is decoded from some way before, so that its frames are there from here on.
        _deliverFrom = McapTime.FromTimestamp(from);
        _messages = _file.ReadMessages(new McapMessageFilter
        {
            Topics = _topics,
            FromTime = _deliverFrom - Math.Min(_deliverFrom, (ulong)_lead),
            ToTime = McapTime.FromTimestamp(To),
        });
        foreach (SampleDecoder decoder in _decoders)
        {
            decoder.Restart();
        }

        foreach (Unwrapped sequence in _sequences)
        {
            sequence.Reset();
        }
    }

    /// <inheritdoc/>
    public bool TryAdvance(out int sensor, out SampleHeader header)
    {
        while (_messages.MoveNext())
        {
            McapMessage message = _messages.Current;
            sensor = _sensorOf[message.Channel.Id];
            if (message.LogTime < _deliverFrom)
            {
                PassOver(_decoders[sensor], message);
            }
            else if (message.LogTime > LatestTime)
            {
                DecodeFailures[sensor]++;
                FirstFailure ??=
                    $"a message of '{message.Channel.Topic}' is logged at {message.LogTime} ns, after 2116";
            }
            else if (TryDecode(sensor, message, out header))
            {
                return true;
            }
        }

        sensor = -1;
        header = default;
        return false;
    }

    /// <inheritdoc/>
    public void Fill(Span<byte> payload) => _payload.AsSpan(0, Math.Min(_length, payload.Length)).CopyTo(payload);

    /// <inheritdoc/>
    public void Dispose()
    {
        _decoders.ForEach(static decoder => decoder.Release());
        _file.Dispose();
    }

    /// <summary>Only a decoder whose messages build on each other has to see what is not delivered.</summary>
    private void PassOver(SampleDecoder decoder, in McapMessage message)
    {
        if (decoder.LeadNanoseconds == 0)
        {
            return;
        }

        try
        {
            decoder.Decode(message.Data, McapTime.ToTimestamp(message.PublishTime), _payload, out _);
        }
        catch (RecordingException)
        {
            // Before its first key frame: expected here.
        }
    }

    private bool TryDecode(int sensor, in McapMessage message, out SampleHeader header)
    {
        header = default;
        SampleDecoder decoder = _decoders[sensor];
        try
        {
            _length = decoder.Decode(
                message.Data, McapTime.ToTimestamp(message.PublishTime), _payload, out Timestamp capture);
            Timestamp arrival = McapTime.ToTimestamp(message.LogTime);
            if (decoder.IsForeign && capture > arrival
                && capture.Nanoseconds - ForeignClockNanoseconds <= arrival.Nanoseconds)
            {
                // Stamped by another computer whose clock is a little ahead: it cannot have arrived before it was.
                arrival = capture;
            }

            header.Sequence = _sequences[sensor].Next(message.Sequence);
            header.Capture = capture;
            header.Arrival = arrival;
            header.Length = _length;
            header.Flags = _flags.Of(message.Channel.Topic, message.Sequence);
            return true;
        }
        catch (RecordingException fault)
        {
            DecodeFailures[sensor]++;
            FirstFailure ??= fault.Message;
            return false;
        }
    }

    private bool TryDecoder(
        McapChannel channel, RecordingFeedOptions options, ImmutableArray<string>.Builder skipped,
        out SampleDecoder? decoder)
    {
        decoder = null;
        ChannelDescription description = RecordingChannels.Describe(_file, channel);
        if (SampleDecoder.WhyUnsupported(description) is { } reason)
        {
            skipped.Add(reason);
            return false;
        }

        try
        {
            decoder = SampleDecoder.For(
                description, RecordingChannels.FirstMessage(_file, channel.Topic), new SampleDecoderOptions
                {
                    Modalities = options.Modalities,
                    MessageRateHz = RecordingChannels.MessageRate(_file, channel),
                    AudioInfo = RecordingChannels.FirstMessage(_file, channel.Topic + RecordingTopics.InfoSuffix),
                    ImageDecoder = options.ImageDecoder,
                    VideoDecoder = options.VideoDecoder,
                });
            return true;
        }
        catch (RecordingException fault)
        {
            skipped.Add(fault.Message);
            return false;
        }
    }

    private Timestamp ReadOrigin()
    {
        foreach (McapMetadataIndex index in _file.Metadata)
        {
            if (index.Name == RecordingTopics.MetadataName
                && _file.ReadMetadata(index).Metadata.TryGetValue(RecordingTopics.OriginKey, out string? text)
                && long.TryParse(text, NumberStyles.Integer, CultureInfo.InvariantCulture, out long origin))
            {
                return new Timestamp(origin);
            }
        }

        return McapTime.ToTimestamp(_file.StartTime ?? 0);
    }

    /// <summary>Continues 32-bit message sequences to 64 bits.</summary>
    private sealed class Unwrapped
    {
        private long _last = -1;

        public void Reset() => _last = -1;

        public long Next(uint sequence)
        {
            long candidate = (_last & ~0xFFFF_FFFFL) | sequence;
            if (_last < 0)
            {
                candidate = sequence;
            }
            else if (candidate <= _last)
            {
                // A step back of more than half the range is a wrap; a smaller one numbers its own messages.
                candidate = _last - candidate > int.MaxValue ? candidate + (1L << 32) : _last + 1;
            }

            _last = candidate;
            return candidate;
        }
    }
}
