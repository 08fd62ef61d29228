namespace EdgeFusion.Publishing.Sparkplug;

/// <summary>One value of an edge node or device, and whether it is to be told.</summary>
/// <param name="name">Its name, unique in its node or device.</param>
/// <param name="type">What it is.</param>
/// <param name="alias">Its number, unique in the edge node; 0 for none.</param>
internal sealed class SparkplugMetric(string name, SparkplugType type, ulong alias)
{
    public string Name => name;

    public SparkplugType Type => type;

    public ulong Alias => alias;

    /// <summary>Whole numbers and booleans (0 and 1).</summary>
    public long Whole { get; private set; }

    public float Fraction { get; private set; }

    public string Text { get; private set; } = "";

    public bool IsNull { get; private set; } = true;

    /// <summary>Quality code: 192 good, 500 stale; told where it is not good.</summary>
    public int Quality { get; private set; } = SparkplugPayload.Good;

    /// <summary>When it had this value; milliseconds since 1970.</summary>
    public long Milliseconds { get; private set; }

    /// <summary>Whether it differs from what was told last.</summary>
    public bool IsChanged { get; set; }

    public void Set(long value, long milliseconds)
    {
        IsChanged |= IsNull || Whole != value;
        Whole = value;
        Told(milliseconds);
    }

    public void Set(string value, long milliseconds)
    {
        IsChanged |= IsNull || Text != value;
        Text = value;
        Told(milliseconds);
    }

    public void Set(float value, long milliseconds)
    {
        if (!float.IsFinite(value))
        {
            SetNull(milliseconds);
            return;
        }

        IsChanged |= IsNull || !Fraction.Equals(value);
        Fraction = value;
        Told(milliseconds);
    }

    public void SetNull(long milliseconds)
    {
        IsChanged |= !IsNull;
        IsNull = true;
        Milliseconds = milliseconds;
    }

    public void SetQuality(int quality)
    {
        IsChanged |= Quality != quality;
        Quality = quality;
    }

    private void Told(long milliseconds)
    {
        IsNull = false;
        Milliseconds = milliseconds;
    }
}
