namespace EdgeFusion.Publishing.Sparkplug;

/// <summary>A device of an edge node: a sensor, or the model.</summary>
/// <param name="id">Its name in topics.</param>
internal sealed class SparkplugDevice(string id)
{
    public string Id => id;

    public List<SparkplugMetric> Metrics { get; } = [];

    /// <summary>Whether it can be reached.</summary>
    public bool IsAlive { get; set; } = true;

    /// <summary>Whether its birth has been told and its death has not.</summary>
    public bool IsBorn { get; set; }

    public bool IsChanged
    {
        get
        {
            foreach (SparkplugMetric metric in Metrics)
            {
                if (metric.IsChanged)
                {
                    return true;
                }
            }

            return false;
        }
    }
}
