using EdgeFusion.Buffering;
using EdgeFusion.Models;

namespace EdgeFusion.Windowing;

/// <summary>A model input and the sensor that feeds it.</summary>
/// <param name="Input">The input.</param>
/// <param name="Ring">The sensor's samples; null where no sensor feeds the input (it is then always Missing).</param>
/// <param name="StaleNanoseconds">Silence after which the sensor is not waited for any more.</param>
public sealed record BoundInput(ModelInput Input, SensorRing? Ring, long StaleNanoseconds);
