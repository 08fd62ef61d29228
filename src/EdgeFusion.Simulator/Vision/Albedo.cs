using EdgeFusion.Simulator.Numerics;

namespace EdgeFusion.Simulator.Vision;

/// <summary>Part of the light that a surface returns, per linear channel, 0..1.</summary>
internal readonly record struct Albedo(double Red, double Green, double Blue)
{
    public static Albedo Grey(double level) => new(level, level, level);

    /// <summary>From hue in degrees, saturation and value of the usual (gamma-coded) colour wheel.</summary>
    public static Albedo FromHsv(double hue, double saturation, double value)
    {
        double h = hue / 60;
        h -= 6 * Math.Floor(h / 6);
        return new Albedo(
            Channel(h, 5, saturation, value), Channel(h, 3, saturation, value), Channel(h, 1, saturation, value));
    }

    /// <summary>A surface of any colour, dull ones included.</summary>
    public static Albedo Random(ref RandomStream random)
    {
        double hue = random.NextBetween(0, 360);
        double saturation = random.NextBetween(0, 0.9);
        return FromHsv(hue, saturation, random.NextBetween(0.25, 0.9));
    }

    private static double Channel(double h, double n, double saturation, double value)
    {
        double k = n + h;
        k -= 6 * Math.Floor(k / 6);
        double coded = value - (value * saturation * Math.Max(0, Math.Min(Math.Min(k, 4 - k), 1)));
        return PortableMath.Pow(Math.Max(coded, 1e-3), Illumination.Gamma);
    }
}
