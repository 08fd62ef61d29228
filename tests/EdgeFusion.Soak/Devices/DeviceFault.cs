namespace EdgeFusion.Soak.Devices;

/// <summary>Something that happens to devices.</summary>
/// <param name="Name">What, in words.</param>
/// <param name="Break">Does it.</param>
/// <param name="Mend">Ends it.</param>
/// <param name="Sensors">Which sensors fall silent.</param>
internal sealed record DeviceFault(string Name, Action Break, Action Mend, string[] Sensors);
