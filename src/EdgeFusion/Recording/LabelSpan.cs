using EdgeFusion.Time;

namespace EdgeFusion.Recording;

/// <summary>Ground truth: a label that holds for a stretch of time.</summary>
/// <param name="Head">What is labelled, e.g. colour; "group" names the object or recording for splitting.</param>
/// <param name="Label">The label.</param>
/// <param name="Start">First instant.</param>
/// <param name="End">End, not included.</param>
public sealed record LabelSpan(string Head, string Label, Timestamp Start, Timestamp End);
