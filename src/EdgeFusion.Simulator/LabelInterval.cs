using EdgeFusion.Time;

namespace EdgeFusion.Simulator;

/// <summary>What is true over an interval.</summary>
/// <param name="Head">colour, content, weight, behaviour, or group (the identity of the object).</param>
/// <param name="Label">The label's name.</param>
/// <param name="Start">Begin, included.</param>
/// <param name="End">End, excluded.</param>
public sealed record LabelInterval(string Head, string Label, Timestamp Start, Timestamp End);
