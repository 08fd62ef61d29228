namespace EdgeFusion.Sensing.Devices;

/// <summary>Units that devices speak, and what each is in SI.</summary>
public static class SiUnit
{
    private const double PoundForce = 4.4482216152605;
    private const double KilogramForce = 9.80665;
    private const double Inch = 0.0254;
    private const double Foot = 0.3048;

    // Name, SI unit, factor.
    private static readonly (string Name, string Si, double Factor)[] Known =
    [
        ("1", "1", 1), ("N", "N", 1), ("mN", "N", 1e-3), ("kN", "N", 1e3), ("lbf", "N", PoundForce),
        ("lb", "N", PoundForce), ("klbf", "N", 1e3 * PoundForce), ("klb", "N", 1e3 * PoundForce),
        ("kgf", "N", KilogramForce), ("kg", "N", KilogramForce), ("gf", "N", 1e-3 * KilogramForce),
        ("Nm", "Nm", 1), ("N-m", "Nm", 1), ("mNm", "Nm", 1e-3), ("Nmm", "Nm", 1e-3), ("N-mm", "Nm", 1e-3),
        ("kNm", "Nm", 1e3), ("kN-m", "Nm", 1e3), ("lbf-in", "Nm", PoundForce * Inch),
        ("lb-in", "Nm", PoundForce * Inch), ("lbf-ft", "Nm", PoundForce * Foot), ("lb-ft", "Nm", PoundForce * Foot),
        ("klbf-in", "Nm", 1e3 * PoundForce * Inch), ("kgf-m", "Nm", KilogramForce), ("kgf.m", "Nm", KilogramForce),
        ("kgf-cm", "Nm", KilogramForce / 100), ("kg-cm", "Nm", KilogramForce / 100),
        ("rad", "rad", 1), ("deg", "rad", Math.PI / 180), ("rad/s", "rad/s", 1), ("deg/s", "rad/s", Math.PI / 180),
        ("rpm", "rad/s", Math.PI / 30), ("m", "m", 1), ("mm", "m", 1e-3), ("m/s", "m/s", 1), ("m/s^2", "m/s^2", 1),
        ("g", "m/s^2", KilogramForce), ("A", "A", 1), ("mA", "A", 1e-3), ("V", "V", 1), ("mV", "V", 1e-3),
        ("Pa", "Pa", 1), ("kPa", "Pa", 1e3), ("bar", "Pa", 1e5), ("degC", "degC", 1),
    ];

    /// <summary>Looks a unit up.</summary>
    /// <param name="name">As the device or its manual writes it; upper and lower case count.</param>
    /// <returns>The SI unit and the factor to it.</returns>
    /// <exception cref="ConfigurationException">It is unknown; the message lists what is known.</exception>
    public static (string Si, double Factor) Find(string name)
    {
        foreach ((string known, string si, double factor) in Known)
        {
            if (string.Equals(known, name, StringComparison.Ordinal))
            {
                return (si, factor);
            }
        }

        throw new ConfigurationException(
            $"the unit '{name}' is unknown; known are {string.Join(", ", Array.ConvertAll(Known, unit => unit.Name))}");
    }
}
