using EdgeFusion.Time;

namespace EdgeFusion.Sensing.Ros;

/// <summary>What became of a message.</summary>
internal enum RosVerdict
{
    /// <summary>A sample.</summary>
    Good,

    /// <summary>About something else: other joints on a topic that several publishers share.</summary>
    NotOurs,

    /// <summary>Damaged, of another size, or with numbers that are none.</summary>
    Bad,
}

/// <summary>A decoded message.</summary>
/// <param name="Length">Bytes written.</param>
/// <param name="Stamp">The header's stamp; 0 without one.</param>
internal readonly record struct RosSample(int Length, Timestamp Stamp);
