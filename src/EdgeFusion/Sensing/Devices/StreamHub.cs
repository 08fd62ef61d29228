using System.Runtime.InteropServices;
using EdgeFusion.Sensing.Channels;
using EdgeFusion.Time;

namespace EdgeFusion.Sensing.Devices;

/// <summary>
/// One connection to a device that streams, and the sensors it feeds. The thread of whichever sensor came first reads
/// for all; it does nothing else, so the line is always drained. When that sensor stops, another's thread takes over
/// the open line. No thread is ours: all belong to sensor hosts.
/// </summary>
/// <remarks>
/// <b>Threading.</b> <see cref="Capture"/> from one thread per sensor. Sinks are written under the hub's lock by the
/// reading thread while their own sensor's thread waits in <see cref="Capture"/>; once that has returned, its sink is
/// never touched again. A failure ends the captures of all sensors; each host opens again, the first one for all.
/// </remarks>
internal sealed class StreamHub(StreamProtocol protocol, IByteEndpoint endpoint)
{
    private readonly object _gate = new();
    private readonly SampleSink?[] _sinks = new SampleSink?[protocol.Outputs.Length];
    private readonly Tare?[] _tares = new Tare?[protocol.Outputs.Length];
    private readonly long[] _unheard = new long[protocol.Outputs.Length];
    private readonly long[] _tared = new long[protocol.Outputs.Length];
    private StreamSession? _session;
    private bool _led;
    private string? _failure;
    private long _epoch;

    public StreamProtocol Protocol => protocol;

    public IByteEndpoint Endpoint => endpoint;

    public DeviceHealth Health { get; } = new();

    /// <summary>Lets an output begin by finding its zero; before any capture.</summary>
    public void Tare(int output, TimeSpan duration)
    {
        if (duration > TimeSpan.Zero)
        {
            StreamOutput described = protocol.Outputs[output];
            long samples = Math.Max(1, (long)(duration.TotalSeconds * described.RateHz));
            _tares[output] = new Tare(described.Layout.Width);
            _tares[output]!.Begin(samples);
        }
    }

    /// <summary>What is taken off an output's values since its start; null before, and where nothing is.</summary>
    public SensorZero? Zero(int output) => _tares[output]?.Latest;

    /// <summary>The connection's counters and those of one output.</summary>
    public IReadOnlyList<SensorCounter> Counters(int output) =>
    [
        .. Health.Snapshot(),
        new("unheard", Volatile.Read(ref _unheard[output]), CounterRole.Dropped),
        new("tare", Volatile.Read(ref _tared[output]), CounterRole.Dropped),
    ];

    /// <summary>Delivers one output until stopped or failed.</summary>
    public void Capture(int output, SampleSink sink, CancellationToken stopping)
    {
        long epoch = Join(output, sink);
        using CancellationTokenRegistration wake = stopping.Register(Wake);
        try
        {
            while (WaitForLead(epoch, stopping))
            {
                Lead(sink.Clock, stopping);
            }
        }
        finally
        {
            Leave(output);
        }
    }

    private long Join(int output, SampleSink sink)
    {
        lock (_gate)
        {
            if (_sinks[output] is not null)
            {
                throw new SensorException(
                    $"Two sensors take the same stream of {protocol.Device} at {endpoint.Name}. Remove one, or let it "
                    + "deliver something else.");
            }

            _sinks[output] = sink;
            return _epoch;
        }
    }

    private void Leave(int output)
    {
        lock (_gate)
        {
            _sinks[output] = null;
            if (!_led && !AnySink())
            {
                EndSession();
            }

            Monitor.PulseAll(_gate);
        }
    }

    /// <summary>Waits until nobody reads.</summary>
    /// <returns>True when this thread shall read; false when it is to stop.</returns>
    private bool WaitForLead(long epoch, CancellationToken stopping)
    {
        lock (_gate)
        {
            while (_led && !stopping.IsCancellationRequested && epoch == _epoch)
            {
                Monitor.Wait(_gate);
            }

            if (stopping.IsCancellationRequested)
            {
                return false;
            }

            if (epoch != _epoch)
            {
                throw new SensorException(_failure!);
            }

            _led = true;
            return true;
        }
    }

    private void Lead(PipelineClock clock, CancellationToken stopping)
    {
        string? failure = "the reading sensor ended unexpectedly";
        try
        {
            _session ??= new StreamSession(protocol, endpoint, clock, Health, stopping);
            _session.Pump(Deliver, stopping);
            failure = null;
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            failure = null;
        }
        catch (SensorException fault)
        {
            failure = fault.Message;
            throw;
        }
        finally
        {
            EndLead(failure);
        }
    }

    private void EndLead(string? failure)
    {
        lock (_gate)
        {
            _led = false;
            if (failure is not null)
            {
                _failure = failure;
                _epoch++;
                EndSession();
            }

            Monitor.PulseAll(_gate);
        }
    }

    private void EndSession()
    {
        _session?.Dispose();
        _session = null;
    }

    private void Wake()
    {
        lock (_gate)
        {
            Monitor.PulseAll(_gate);
        }
    }

    private bool AnySink()
    {
        foreach (SampleSink? sink in _sinks)
        {
            if (sink is not null)
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Whether a measurement goes into the first zero instead of being delivered.</summary>
    private bool IsForZero(int output, StreamReading reading, Timestamp capture)
    {
        if (_tares[output] is not { } tare)
        {
            return false;
        }

        bool isFirst = tare.Latest is null;
        tare.Take(reading.Values(output), capture, reading.Flags);
        return isFirst;
    }

    private void Deliver(StreamReading reading, Timestamp capture, Timestamp arrival)
    {
        lock (_gate)
        {
            for (int i = 0; i < _sinks.Length; i++)
            {
                if (_sinks[i] is not { } sink)
                {
                    // The other output's sensor reads, and this one's waits to be started again.
                    Volatile.Write(ref _unheard[i], _unheard[i] + 1);
                }
                else if (IsForZero(i, reading, capture))
                {
                    Volatile.Write(ref _tared[i], _tared[i] + 1);
                }
                else
                {
                    ReadOnlySpan<byte> bytes = MemoryMarshal.AsBytes(reading.Values(i));
                    bytes.CopyTo(sink.Claim());
                    sink.Commit(capture, arrival, bytes.Length, reading.Flags);
                }
            }
        }
    }
}
