using EdgeFusion.Sensing;

namespace EdgeFusion.Linux.Tests.Replug;

/// <summary>A sensor and its simulated device, which can be taken away and brought back any number of times.</summary>
internal interface IReplugBench : IDisposable
{
    /// <summary>The sensor that reads the device; owned by whoever runs it.</summary>
    ISensor Sensor { get; }

    /// <summary>Longest time for which it is away.</summary>
    TimeSpan LongestOutage { get; }

    /// <summary>Takes it away.</summary>
    void Unplug();

    /// <summary>Brings it back; it is ready when this returns.</summary>
    void Plug();
}
