using EdgeFusion.Sensing;
using EdgeFusion.Sensing.Devices;
using EdgeFusion.Time;

namespace EdgeFusion.Publishing;

/// <summary>What the publisher tells about a sensor; counters only grow.</summary>
/// <remarks><b>Threading.</b> Read from the outbox's thread while the sensor runs.</remarks>
public interface ISensorHealth
{
    /// <summary>What the sensor delivers.</summary>
    SensorInfo Info { get; }

    /// <summary>Health as its host sees it.</summary>
    SensorState State { get; }

    /// <summary>Samples (audio: blocks) taken.</summary>
    long Taken { get; }

    /// <summary>Samples kept out by the gate.</summary>
    long Rejected { get; }

    /// <summary>Samples overwritten in the ring before their slot was reused; normal once the ring is full.</summary>
    long Overwritten { get; }

    /// <summary>How often it has been opened again.</summary>
    long Restarts { get; }

    /// <summary>Counters and clock of its device; null where it has none to tell of.</summary>
    DeviceHealth? Device => null;

    /// <summary>What became of its samples; null where nobody keeps account.</summary>
    SensorAccount? Account => null;

    /// <summary>What is taken off its samples; null where nothing is.</summary>
    SensorZero? Zero => null;

    /// <summary>Arrival of the newest sample; null before the first.</summary>
    Timestamp? LastArrival { get; }
}
