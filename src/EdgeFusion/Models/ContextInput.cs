using System.Collections.Immutable;

namespace EdgeFusion.Models;

/// <summary>
/// Something discrete that the robot knows besides its sensors, such as the action in progress: a graph input float32
/// [1,K], one-hot over the labels. All zeros says that it is unknown; the graph treats that as masked.
/// </summary>
/// <param name="Name">Name in configuration, labels and predictions: a-z 0-9 - _.</param>
/// <param name="Tensor">Name of the graph's input.</param>
/// <param name="Labels">What it can be; K of them.</param>
public sealed record ContextInput(string Name, string Tensor, ImmutableArray<string> Labels);
