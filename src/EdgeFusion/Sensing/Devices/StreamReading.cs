using System.Collections.Immutable;

namespace EdgeFusion.Sensing.Devices;

/// <summary>Where a decoder puts one measurement: values in SI units per output, the device's time, losses.</summary>
internal sealed class StreamReading
{
    private readonly float[][] _values;

    public StreamReading(ImmutableArray<StreamOutput> outputs)
    {
        _values = new float[outputs.Length][];
        for (int i = 0; i < outputs.Length; i++)
        {
            _values[i] = new float[outputs[i].Layout.Width];
        }
    }

    /// <summary>The device's counter, unwrapped; used where the protocol has one.</summary>
    public long Tick { get; set; }

    /// <summary>Clipped, gap.</summary>
    public SampleFlags Flags { get; set; }

    /// <summary>Samples missing before this one, by the device's sequence.</summary>
    public long Lost { get; set; }

    /// <summary>Whether the device began to count afresh (it was restarted).</summary>
    public bool Restarted { get; set; }

    public Span<float> Values(int output) => _values[output];

    public void Clear()
    {
        Flags = SampleFlags.None;
        Lost = 0;
        Restarted = false;
    }
}
