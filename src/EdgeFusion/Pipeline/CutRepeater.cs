using System.Buffers;
using EdgeFusion.Sensing;

namespace EdgeFusion.Pipeline;

/// <summary>
/// Feeds each sensor's ring exactly up to the bound of a recorded decision; samples that came between for other
/// sensors wait in line.
/// </summary>
/// <remarks>Samples of sensors that feed no input are passed over.</remarks>
internal sealed class CutRepeater
{
    /// <summary>Samples that may wait per sensor: beyond it the recording contradicts its own decisions.</summary>
    private const int LongestLine = 65_536;

    private readonly ISampleFeed _feed;
    private readonly PushSample _push;
    private readonly Queue<Held>?[] _lines;
    private readonly long[] _pushed;
    private bool _ended;

    public CutRepeater(ISampleFeed feed, ReadOnlySpan<bool> used, PushSample push)
    {
        _feed = feed;
        _push = push;
        _lines = new Queue<Held>?[used.Length];
        _pushed = new long[used.Length];
        for (int i = 0; i < used.Length; i++)
        {
            _lines[i] = used[i] ? new Queue<Held>() : null;
        }
    }

    public delegate void PushSample(int sensor, in SampleHeader header, ReadOnlySpan<byte> payload);

    /// <summary>Pushes all samples of a sensor whose original sequence lies below a bound.</summary>
    /// <returns>False where the recording ends before it.</returns>
    public bool AdvanceTo(int sensor, long bound)
    {
        Queue<Held> line = _lines[sensor]!;
        while (_pushed[sensor] < bound)
        {
            if (line.Count == 0 && !ReadUntil(sensor))
            {
                return false;
            }

            Held next = line.Peek();
            if (next.Header.Sequence >= bound)
            {
                // A hole in the recording ends before the bound: nothing more is to come for this decision.
                return true;
            }

            line.Dequeue();
            _push(sensor, next.Header, next.Payload.AsSpan(0, next.Header.Length));
            ArrayPool<byte>.Shared.Return(next.Payload);
            _pushed[sensor] = next.Header.Sequence + 1;
        }

        return true;
    }

    private bool ReadUntil(int wanted)
    {
        while (!_ended && _feed.TryAdvance(out int sensor, out SampleHeader header))
        {
            if (_lines[sensor] is not { } line)
            {
                continue;
            }

            if (line.Count >= LongestLine)
            {
                throw new RecordingException(
                    $"The recording's decisions name samples of '{_feed.Sensors[wanted].Name}' that it does not hold "
                    + "where they should be; replay it with --cuts recompute.");
            }

            byte[] payload = ArrayPool<byte>.Shared.Rent(header.Length);
            _feed.Fill(payload.AsSpan(0, header.Length));
            line.Enqueue(new Held(header, payload));
            if (sensor == wanted)
            {
                return true;
            }
        }

        _ended = true;
        return false;
    }

    private readonly record struct Held(SampleHeader Header, byte[] Payload);
}
