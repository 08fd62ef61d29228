namespace EdgeFusion.Simulator;

/// <summary>A fault of a simulated sensor over an interval of capture time.</summary>
/// <param name="Kind">What goes wrong.</param>
/// <param name="Start">Begin, from the start of the cell; included.</param>
/// <param name="End">End, from the start of the cell; excluded.</param>
/// <param name="Delay">For <see cref="SensorFaultKind.Late"/>: the added delay, at least 0.</param>
public sealed record SensorFault(SensorFaultKind Kind, TimeSpan Start, TimeSpan End, TimeSpan Delay = default);
