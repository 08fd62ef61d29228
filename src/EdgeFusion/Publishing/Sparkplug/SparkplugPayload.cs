namespace EdgeFusion.Publishing.Sparkplug;

/// <summary>Writes Sparkplug B payloads in Protobuf. Field numbers are those of its schema.</summary>
/// <remarks><b>Threading.</b> One thread at a time.</remarks>
internal sealed class SparkplugPayload
{
    /// <summary>Quality: the value is good.</summary>
    public const int Good = 192;

    /// <summary>Quality: the value is an old one.</summary>
    public const int Stale = 500;

    private readonly ProtobufWriter _payload = new();
    private readonly ProtobufWriter _metric = new();
    private readonly ProtobufWriter _property = new();
    private readonly ProtobufWriter _value = new();
    private long _now;

    /// <summary>A birth: every metric with name, alias, type and value.</summary>
    public byte[] Birth(IReadOnlyList<SparkplugMetric> metrics, long milliseconds, int sequence) =>
        Write(metrics, milliseconds, sequence, birth: true);

    /// <summary>Data: the metrics that have changed, by their aliases alone.</summary>
    public byte[] Data(IReadOnlyList<SparkplugMetric> metrics, long milliseconds, int sequence) =>
        Write(metrics, milliseconds, sequence, birth: false);

    /// <summary>A device's death: no metrics.</summary>
    public byte[] DeviceDeath(long milliseconds, int sequence) => Write([], milliseconds, sequence, birth: false);

    /// <summary>A node's death: only the number of its birth, and no sequence number.</summary>
    public byte[] NodeDeath(SparkplugMetric birthNumber, long milliseconds)
    {
        Begin(milliseconds);
        Add(birthNumber, birth: true);
        return _payload.Written.ToArray();
    }

    private byte[] Write(IReadOnlyList<SparkplugMetric> metrics, long milliseconds, int sequence, bool birth)
    {
        Begin(milliseconds);
        for (int i = 0; i < metrics.Count; i++)
        {
            if (birth || metrics[i].IsChanged)
            {
                Add(metrics[i], birth);
                metrics[i].IsChanged = false;
            }
        }

        _payload.Number(3, (ulong)sequence);
        return _payload.Written.ToArray();
    }

    private void Begin(long milliseconds)
    {
        _now = milliseconds;
        _payload.Clear();
        _payload.Number(1, (ulong)milliseconds);
    }

    private void Add(SparkplugMetric metric, bool birth)
    {
        _metric.Clear();
        if (birth || metric.Alias == 0)
        {
            _metric.Text(1, metric.Name);
        }

        if (metric.Alias > 0)
        {
            _metric.Number(2, metric.Alias);
        }

        // What was never known is unknown now.
        _metric.Number(3, (ulong)(metric.Milliseconds == 0 ? _now : metric.Milliseconds));
        if (birth)
        {
            _metric.Number(4, (ulong)metric.Type);
        }

        if (metric.IsNull)
        {
            _metric.Number(7, 1);
        }

        if (metric.Quality != Good)
        {
            AddQuality(metric.Quality);
        }

        if (!metric.IsNull)
        {
            AddValue(metric);
        }

        _payload.Message(2, _metric.Written);
    }

    private void AddQuality(int quality)
    {
        _value.Clear();
        _value.Number(1, (ulong)SparkplugType.Int32);
        _value.Number(3, (ulong)quality);
        _property.Clear();
        _property.Text(1, "Quality");
        _property.Message(2, _value.Written);
        _metric.Message(9, _property.Written);
    }

    private void AddValue(SparkplugMetric metric)
    {
        switch (metric.Type)
        {
            case SparkplugType.Float:
                _metric.Float(12, metric.Fraction);
                break;
            case SparkplugType.Boolean:
                _metric.Number(14, (ulong)metric.Whole);
                break;
            case SparkplugType.String:
                _metric.Text(15, metric.Text);
                break;
            default:
                _metric.Number(11, (ulong)metric.Whole);
                break;
        }
    }
}
