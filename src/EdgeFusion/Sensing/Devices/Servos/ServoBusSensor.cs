using System.Runtime.InteropServices;
using EdgeFusion.Sensing.Channels;
using EdgeFusion.Sensing.Framing;
using EdgeFusion.Time;

namespace EdgeFusion.Sensing.Devices.Servos;

/// <summary>
/// The joints of an arm of bus servos, read only: asked for in rounds, or overheard from another master. A damaged or
/// missing answer costs that round's sample and nothing else.
/// </summary>
/// <remarks>Hot path: allocates nothing per round.</remarks>
public sealed class ServoBusSensor : DeviceSensor, ICountingSensor
{
    private const int Retries = 2;
    private const long SlackNanoseconds = 4_000_000;
    private static readonly TimeSpan GiveUpAfter = TimeSpan.FromSeconds(1);

    private readonly ServoBusOptions _options;
    private readonly IByteEndpoint _endpoint;
    private readonly ServoProtocol _protocol;
    private readonly ServoRound _round;
    private readonly ServoRead _read = new();
    private readonly byte[] _request;
    private readonly byte[] _ids;
    private readonly long _answerNanoseconds;
    private long _rounds;
    private long _refused;
    private bool _gap;

    /// <summary>Creates a sensor; nothing is sent before it captures, and never in listen mode.</summary>
    public ServoBusSensor(
        string name, IByteEndpoint endpoint, ServoBusOptions options, string? modality = null)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(endpoint);
        _options = options;
        _endpoint = endpoint;
        _protocol = options.Family == ServoFamily.Dynamixel
            ? new DynamixelProtocol(options.AmperePerUnit)
            : new FeetechProtocol(options.Family == ServoFamily.FeetechScs);
        _round = new ServoRound(
            options.Joints, _protocol.BlockAddress, _protocol.BlockLength,
            _protocol.Needed(options.Velocity, options.Effort));
        _ids = new byte[options.Joints.Length];
        var names = new string[options.Joints.Length];
        for (int i = 0; i < _ids.Length; i++)
        {
            _ids[i] = options.Joints[i].Id;
            names[i] = options.Joints[i].Name;
        }

        _request = _protocol.CreateRequest(_ids, options.Fast);
        int bytes = _request.Length + _protocol.AnswerBytes(_ids.Length);
        _answerNanoseconds = (bytes * endpoint.ByteNanoseconds) + SlackNanoseconds;
        Info = Describe(name, names, modality ?? Layouts.Proprioception);
    }

    /// <inheritdoc/>
    public override SensorInfo Info { get; }

    /// <remarks>A sample is a round of all joints; the frames of the bus are facts.</remarks>
    IReadOnlyList<SensorCounter> ICountingSensor.Counters =>
    [
        new("rounds", Volatile.Read(ref _rounds), CounterRole.Captured),
        new("incomplete", Health.Invalid, CounterRole.Dropped),
        new("frames_ok", Health.Frames.FramesOk), new("crc_bad", Health.Frames.CrcBad),
        new("resync_bytes", Health.Frames.ResyncBytes), new("overrun", Health.Frames.Overrun),
        new("refused", Health.Duplicates),
    ];

    private protected override void Run(SampleSink sink, CancellationToken stopping)
    {
        using IByteChannel channel = _endpoint.Open(stopping);
        var scanner = new FrameScanner(_protocol.Frame, Health.Frames);
        scanner.Reset();
        _round.Clear();
        _read.End();
        var link = new StreamLink(channel, scanner, sink.Clock, stopping);
        if (_options.Listen)
        {
            Overhear(link, sink);
        }
        else
        {
            Poll(link, sink);
        }
    }

    private void Poll(StreamLink link, SampleSink sink)
    {
        PipelineClock clock = sink.Clock;
        Timestamp next = clock.Now;
        Timestamp lastGood = next;
        while (clock.WaitUntil(next, link.Stopping))
        {
            Timestamp sent = default;
            bool complete = false;
            Volatile.Write(ref _rounds, _rounds + 1);
            try
            {
                for (int attempt = 0; attempt <= Retries && !complete; attempt++)
                {
                    sent = clock.Now;
                    complete = Ask(link, sent.AddNanoseconds(_answerNanoseconds), clock);
                }
            }
            catch (Exception fault) when (fault is SensorException or OperationCanceledException)
            {
                Health.CountInvalid();
                throw;
            }

            Timestamp now = clock.Now;
            if (complete)
            {
                // Each servo measures when it answers; the middle of the answers stands for all.
                Commit(sink, sent.AddNanoseconds(now.NanosecondsSince(sent) / 2), now);
                lastGood = now;
            }
            else
            {
                Fail(link, now - lastGood);
            }

            next = next.AddNanoseconds(Info.PeriodNanoseconds);
            next = next < now ? now : next;
        }
    }

    private bool Ask(StreamLink link, Timestamp deadline, PipelineClock clock)
    {
        // What is left of an earlier round would be taken for this one's.
        while (link.Read(TimeSpan.Zero) > 0 && !link.Stopping.IsCancellationRequested)
        {
            link.Scanner.Reset();
        }

        link.Scanner.Reset();
        _round.Clear();
        _read.Begin(_protocol.BlockAddress, _protocol.BlockLength, _ids);
        link.Send(_request);
        while (!_round.IsComplete)
        {
            TimeSpan left = deadline - clock.Now;
            if (left <= TimeSpan.Zero)
            {
                return false;
            }

            if (link.TryReceive(left, out ReadOnlySpan<byte> frame))
            {
                _protocol.Take(frame, _read, _round, listening: false);
            }
            else
            {
                // A header within noise may claim more than will ever come.
                RescueFrames(link.Scanner);
            }
        }

        return true;
    }

    private void RescueFrames(StreamScanner scanner)
    {
        while (scanner.GiveUpWaiting())
        {
            while (scanner.TryRead(out ReadOnlySpan<byte> frame))
            {
                _protocol.Take(frame, _read, _round, _options.Listen);
            }
        }
    }

    private void Overhear(StreamLink link, SampleSink sink)
    {
        PipelineClock clock = sink.Clock;
        Timestamp lastGood = clock.Now;
        while (!link.Stopping.IsCancellationRequested)
        {
            if (link.TryReceive(StreamLink.Turn, out ReadOnlySpan<byte> frame))
            {
                _protocol.Take(frame, _read, _round, listening: true);
            }
            else
            {
                RescueFrames(link.Scanner);
            }

            Timestamp now = clock.Now;
            if (_round.IsComplete)
            {
                Volatile.Write(ref _rounds, _rounds + 1);
                Commit(sink, now.AddNanoseconds(-_protocol.AnswerBytes(1) * _endpoint.ByteNanoseconds), now);
                _round.Clear();
                lastGood = now;
            }
            else if (now - lastGood > GiveUpAfter)
            {
                throw new SensorException(
                    $"{link.Channel.Name}: nobody has read all joints of {_protocol.Device} for 1 s (missing: "
                    + $"{Missing()}). Listening needs another master that reads them; without one set Mode to poll.");
            }
        }
    }

    private void Fail(StreamLink link, TimeSpan silence)
    {
        _gap = true;
        Health.CountInvalid();
        if (silence > GiveUpAfter)
        {
            throw new SensorException(
                $"{link.Channel.Name}: {_protocol.Device} does not answer: {Missing()}. Check power, ids and baud "
                + "rate, and that no other program moves the arm (a bus has one master; else set Mode to listen).");
        }
    }

    private string Missing()
    {
        ServoJoint joint = _round.FirstMissing();
        return FormattableString.Invariant($"joint {joint.Name}, id {joint.Id}");
    }

    private void Commit(SampleSink sink, Timestamp capture, Timestamp arrival)
    {
        Span<float> values = MemoryMarshal.Cast<byte, float>(sink.Claim());
        int count = _ids.Length;
        for (int i = 0; i < count; i++)
        {
            (double position, double velocity, double effort) = _protocol.Decode(_round.Block(i));
            double sign = _options.Joints[i].Inverted ? -1 : 1;
            int at = i;
            values[at] = (float)(position * sign);
            at += count;
            if (_options.Velocity)
            {
                values[at] = (float)(velocity * sign);
                at += count;
            }

            if (_options.Effort)
            {
                values[at] = (float)(effort * sign);
            }
        }

        while (_refused < _round.Refused)
        {
            _refused++;
            Health.CountDuplicate();
        }

        sink.Commit(capture, arrival, Info.Layout.MaxSampleBytes, _gap ? SampleFlags.Gap : SampleFlags.None);
        _gap = false;
    }

    private SensorInfo Describe(string name, string[] joints, string modality)
    {
        var groups = new List<(string Prefix, string Unit)> { ("q_", "rad") };
        if (_options.Velocity)
        {
            groups.Add(("dq_", "rad/s"));
        }

        if (_options.Effort)
        {
            groups.Add(_protocol.Effort);
        }

        return new SensorInfo
        {
            Name = name,
            Modality = modality,
            Layout = Layouts.Joints(joints, groups),
            RateHz = _options.RateHz,
        };
    }
}
