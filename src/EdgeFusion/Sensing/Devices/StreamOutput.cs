namespace EdgeFusion.Sensing.Devices;

/// <summary>One of the sensors that a device's stream feeds.</summary>
/// <param name="Modality">Its modality.</param>
/// <param name="Layout">Elements and SI units.</param>
/// <param name="RateHz">Nominal rate.</param>
internal sealed record StreamOutput(string Modality, VectorLayout Layout, double RateHz);
