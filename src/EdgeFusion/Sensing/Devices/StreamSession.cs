using EdgeFusion.Sensing.Channels;
using EdgeFusion.Sensing.Framing;
using EdgeFusion.Time;

namespace EdgeFusion.Sensing.Devices;

/// <summary>Takes a measurement with its times.</summary>
internal delegate void ReadingHandler(StreamReading reading, Timestamp capture, Timestamp arrival);

/// <summary>One opening of a streaming device: open, start, read until stopped or failed, stop.</summary>
/// <remarks><b>Threading.</b> One thread at a time. Hot path: <see cref="Pump"/> allocates nothing per
/// frame.</remarks>
internal sealed class StreamSession : IDisposable
{
    private readonly StreamProtocol _protocol;
    private readonly PipelineClock _clock;
    private readonly DeviceHealth _health;
    private readonly StreamScanner _scanner;
    private readonly StreamReading _reading;
    private readonly StreamTiming _timing;
    private readonly IByteChannel _channel;
    private readonly string _name;
    private Timestamp _lastByte;
    private Timestamp _lastGood;
    private long _bytesSinceGood;

    public StreamSession(
        StreamProtocol protocol, IByteEndpoint endpoint, PipelineClock clock, DeviceHealth health,
        CancellationToken stopping)
    {
        _protocol = protocol;
        _clock = clock;
        _health = health;
        _scanner = protocol.CreateScanner(health.Frames);
        _scanner.Reset();
        _reading = new StreamReading(protocol.Outputs);
        _timing = new StreamTiming(protocol, endpoint.ByteNanoseconds, health);
        _channel = endpoint.Open(stopping);
        _name = endpoint.Name;
        try
        {
            protocol.Start(new StreamLink(_channel, _scanner, clock, stopping));
        }
        catch
        {
            Dispose();
            throw;
        }

        _lastByte = clock.Now;
        _lastGood = _lastByte;
    }

    /// <summary>Reads until the token is cancelled.</summary>
    /// <exception cref="SensorException">The device is gone, silent, or something else than it should be.</exception>
    public void Pump(ReadingHandler deliver, CancellationToken stopping)
    {
        while (!stopping.IsCancellationRequested)
        {
            Drain(deliver);
            int count = _channel.Read(_scanner.Free(), StreamLink.Turn);
            Timestamp now = _clock.Now;
            if (count > 0)
            {
                _scanner.Advance(count);
                _bytesSinceGood += count;
                _lastByte = now;
            }
            else
            {
                _protocol.OnSilence(_channel, now - _lastByte);
            }

            if (now - _lastGood > _protocol.Patience)
            {
                throw Useless();
            }
        }
    }

    public void Dispose()
    {
        try
        {
            _protocol.Stop(_channel);
        }
        catch (SensorException)
        {
            // The line is gone: then there is nothing left to stop.
        }
        finally
        {
            _channel.Dispose();
        }
    }

    private void Drain(ReadingHandler deliver)
    {
        Timestamp arrival = _lastByte;
        while (_scanner.TryRead(out ReadOnlySpan<byte> frame))
        {
            _reading.Clear();
            switch (Decode(frame))
            {
                case FrameVerdict.Sample:
                    Hand(deliver, arrival);
                    break;
                case FrameVerdict.Invalid:
                    _health.CountInvalid();
                    _lastGood = arrival;
                    _bytesSinceGood = 0;
                    break;
                case FrameVerdict.Damaged:
                    _health.Frames.CountDamaged();
                    break;
                case FrameVerdict.Duplicate:
                    _health.CountDuplicate();
                    break;
                default:
                    _health.Frames.CountOther();
                    break;
            }
        }
    }

    private FrameVerdict Decode(ReadOnlySpan<byte> frame)
    {
        try
        {
            return _protocol.Decode(frame, _reading);
        }
        catch (SensorException)
        {
            // The device says that it cannot go on: no measurement.
            _health.Frames.CountOther();
            throw;
        }
    }

    private void Hand(ReadingHandler deliver, Timestamp arrival)
    {
        if (_reading.Lost > 0)
        {
            _health.CountLost(_reading.Lost);
            _reading.Flags |= SampleFlags.Gap;
        }

        if (_reading.Restarted)
        {
            _reading.Flags |= SampleFlags.Gap;
        }

        _lastGood = arrival;
        _bytesSinceGood = 0;
        deliver(_reading, _timing.Stamp(_reading, arrival), arrival);
    }

    private SensorException Useless()
    {
        string seconds = FormattableString.Invariant($"{_protocol.Patience.TotalSeconds:0.##} s");
        return new SensorException(_bytesSinceGood == 0
            ? $"{_name}: {_protocol.Device} has been silent for {seconds}. {_protocol.Advice}."
            : FormattableString.Invariant($"{_name}: {_bytesSinceGood} bytes within {seconds} and no usable frame of ")
                + $"{_protocol.Device}: the baud rate is wrong, or another device is connected. {_protocol.Advice}.");
    }
}
