using System.Runtime.InteropServices;
using System.Text.Json;
using EdgeFusion.Buffering;
using EdgeFusion.Sensing;
using EdgeFusion.Time;

namespace EdgeFusion.Worker.Dashboard;

/// <summary>The samples of a vector stream since the last look, thinned out for the eye.</summary>
/// <remarks><b>Threading.</b> One thread.</remarks>
internal sealed class VectorTrace
{
    /// <summary>Elements shown; a stream can have hundreds.</summary>
    public const int MostElements = 12;

    private const int MostSamples = 12;

    private readonly SensorRing _ring;
    private readonly float[] _values;
    private long _next;

    public VectorTrace(SensorRing ring)
    {
        _ring = ring;
        Elements = Math.Min(((VectorLayout)ring.Info.Layout).Width, MostElements);
        _values = new float[Elements];
        _next = ring.Published;
    }

    /// <summary>Number of elements per sample, from the first on.</summary>
    public int Elements { get; }

    /// <summary>Writes [[milliseconds before now, value, value, ...], ...], oldest first.</summary>
    public void Write(Utf8JsonWriter json, Timestamp now)
    {
        long published = _ring.Published;
        long first = Math.Max(_next, _ring.Oldest);
        long step = Math.Max(1, (published - first + MostSamples - 1) / MostSamples);
        json.WriteStartArray();
        for (long sequence = first + step - 1; sequence < published; sequence += step)
        {
            Timestamp capture = _ring.Header(sequence).Capture;
            MemoryMarshal.Cast<byte, float>(_ring.Payload(sequence))[..Elements].CopyTo(_values);
            if (!_ring.IsIntact(sequence))
            {
                continue;
            }

            json.WriteStartArray();
            json.WriteNumberValue(Math.Round(now.NanosecondsSince(capture) / 1e6, 1));
            foreach (float value in _values)
            {
                json.WriteNumberValue(float.IsFinite(value) ? Math.Round(value, 4) : 0);
            }

            json.WriteEndArray();
        }

        json.WriteEndArray();
        _next = published;
    }
}
