using System.Buffers;

namespace EdgeFusion.Recording;

/// <summary>How a <see cref="Recorder"/> works.</summary>
public sealed record RecorderOptions
{
    /// <summary>Name for counters and messages. Default "recorder".</summary>
    public string Name { get; init; } = "recorder";

    /// <summary>Writes the health of the run as JSON; null (default) = none is recorded. Called on the recorder's
    /// thread.</summary>
    public Action<IBufferWriter<byte>>? Health { get; init; }

    /// <summary>How often health is recorded. Default 1 s.</summary>
    public TimeSpan HealthEvery { get; init; } = TimeSpan.FromSeconds(1);
}
