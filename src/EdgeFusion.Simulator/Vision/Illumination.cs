using EdgeFusion.Simulator.Numerics;
using EdgeFusion.Simulator.Scene;

namespace EdgeFusion.Simulator.Vision;

/// <summary>The light of an episode, and how the camera codes it into bytes.</summary>
internal sealed class Illumination
{
    /// <summary>Exponent between linear light and coded values.</summary>
    public const double Gamma = 2.2;

    private const int Levels = 2048;
    private const double BrightnessSpread = 0.28;
    private const double NeutralWarmth = 0.6;

    private static readonly byte[] Coded = MakeCoding();

    private double _red = 1;
    private double _green = 1;
    private double _blue = 1;

    /// <summary>Direction of the key light, -1 left to 1 right.</summary>
    public double Side { get; private set; }

    public void Set(Surroundings around, double difficulty)
    {
        // What the camera's white balance leaves of a 2800 K lamp and of a 7500 K sky.
        double warmth = NeutralWarmth + ((around.Warmth - NeutralWarmth) * Math.Min(difficulty, 1.5));
        double warm = Math.Max(0, (NeutralWarmth - warmth) / NeutralWarmth);
        double cool = Math.Max(0, (warmth - NeutralWarmth) / (1 - NeutralWarmth));
        double level = 0.85 * PortableMath.Exp(BrightnessSpread * difficulty * around.Brightness);
        level = Math.Clamp(level, 0.3, 1.7);
        _red = level * (1 - (0.12 * cool));
        _green = level * (1 - (0.22 * warm) - (0.03 * cool));
        _blue = level * (1 - (0.48 * warm) + (0.10 * cool));
        Side = around.LightSide;
    }

    /// <summary>Writes the three bytes of a surface under a shade (1 = facing the light) with a highlight.</summary>
    public void Light(Albedo albedo, double shade, double highlight, Span<byte> rgb)
    {
        rgb[0] = Code(_red * ((albedo.Red * shade) + highlight));
        rgb[1] = Code(_green * ((albedo.Green * shade) + highlight));
        rgb[2] = Code(_blue * ((albedo.Blue * shade) + highlight));
    }

    /// <summary>Shade of a cylinder at a point across it, -1 left edge to 1 right edge.</summary>
    public double CylinderShade(double across)
    {
        double facing = Math.Sqrt(Math.Max(0, 1 - (across * across)));
        return 0.32 + (0.72 * Math.Max(0, (0.75 * facing) + (0.62 * Side * across)));
    }

    private static byte Code(double linear) => Coded[(int)Math.Clamp(linear * (Levels - 1), 0, Levels - 1)];

    private static byte[] MakeCoding()
    {
        byte[] coded = new byte[Levels];
        for (int i = 1; i < Levels; i++)
        {
            coded[i] = (byte)((255 * PortableMath.Pow(i / (Levels - 1.0), 1 / Gamma)) + 0.5);
        }

        return coded;
    }
}
