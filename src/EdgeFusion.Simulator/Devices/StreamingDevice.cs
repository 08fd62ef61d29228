using EdgeFusion.Sensing.Channels;
using EdgeFusion.Time;

namespace EdgeFusion.Simulator.Devices;

/// <summary>A device that sends frames at a fixed rate over bytes and listens for commands.</summary>
public abstract class StreamingDevice : IDeviceSimulation
{
    private const int LongestFrame = 2_048;
    private static readonly TimeSpan Idle = TimeSpan.FromMilliseconds(10);

    private readonly IByteChannel _channel;
    private readonly PipelineClock _clock;
    private readonly List<byte> _received = [];
    private readonly Lock _gate = new();
    private volatile bool _streaming;
    private volatile bool _muted;
    private long _turns;

    /// <summary>Creates a device.</summary>
    /// <param name="channel">Its end of the line.</param>
    /// <param name="clock">Time.</param>
    /// <param name="rateHz">Frames per second.</param>
    protected StreamingDevice(IByteChannel channel, PipelineClock clock, double rateHz)
    {
        _channel = channel;
        _clock = clock;
        RateHz = rateHz;
    }

    /// <summary>Frames per second.</summary>
    public double RateHz { get; }

    /// <summary>
    /// Frames are held back and sent together at this interval, as a USB adapter with its default latency does (16 ms).
    /// Default zero.
    /// </summary>
    public TimeSpan Burst { get; init; }

    /// <summary>Frames made so far.</summary>
    public long Frames { get; private set; }

    /// <summary>Turns of its loop so far: it has read what was there before the latest.</summary>
    public long Turns => Interlocked.Read(ref _turns);

    /// <summary>Whether it sends.</summary>
    public bool Streaming
    {
        get => _streaming;
        protected set => _streaming = value;
    }

    /// <summary>Makes the device mute although it streams: a fault.</summary>
    public bool Muted
    {
        get => _muted;
        set => _muted = value;
    }

    /// <summary>Every byte that was ever written to the device.</summary>
    public byte[] Received
    {
        get
        {
            lock (_gate)
            {
                return [.. _received];
            }
        }
    }

    /// <inheritdoc/>
    public void Run(CancellationToken stopping)
    {
        var buffer = new byte[LongestFrame];
        Timestamp start = _clock.Now;
        long period = (long)(Timestamp.NanosecondsPerSecond / RateHz);
        long index = 0;
        while (!stopping.IsCancellationRequested)
        {
            long sinceStart = _clock.Now.NanosecondsSince(start);
            long due = Burst > TimeSpan.Zero ? sinceStart - (sinceStart % (Burst.Ticks * 100)) : sinceStart;
            for (; index * period <= due; index++)
            {
                SendOne(buffer, index, index * period);
            }

            long next = Burst > TimeSpan.Zero ? due + (Burst.Ticks * 100) : index * period;
            TimeSpan wait = TimeSpan.FromTicks(Math.Max(0, next - _clock.Now.NanosecondsSince(start)) / 100);
            Listen(buffer, wait < Idle ? wait : Idle);
            Interlocked.Increment(ref _turns);
        }
    }

    /// <summary>Makes one frame.</summary>
    /// <param name="frame">Where it goes.</param>
    /// <param name="index">Number of the measurement.</param>
    /// <param name="nanoseconds">Its time since the start.</param>
    /// <returns>Its bytes.</returns>
    protected abstract int Write(Span<byte> frame, long index, long nanoseconds);

    /// <summary>Something was written to the device.</summary>
    /// <param name="bytes">What.</param>
    /// <param name="line">The line, to answer on.</param>
    protected virtual void OnReceived(ReadOnlySpan<byte> bytes, IByteChannel line)
    {
    }

    private void SendOne(Span<byte> buffer, long index, long nanoseconds)
    {
        if (!_streaming || _muted)
        {
            return;
        }

        int count = Write(buffer, index, nanoseconds);
        Frames++;
        _channel.Write(buffer[..count]);
    }

    private void Listen(Span<byte> buffer, TimeSpan wait)
    {
        int count = _channel.Read(buffer, wait);
        if (count == 0)
        {
            return;
        }

        lock (_gate)
        {
            foreach (byte b in buffer[..count])
            {
                _received.Add(b);
            }
        }

        OnReceived(buffer[..count], _channel);
    }
}
