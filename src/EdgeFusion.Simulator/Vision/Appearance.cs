using EdgeFusion.Simulator.Numerics;

namespace EdgeFusion.Simulator.Vision;

/// <summary>How the container of an episode looks, apart from where it is.</summary>
internal sealed class Appearance
{
    private const double LabelShare = 0.5;
    private const double ColouredLidShare = 0.3;

    // Hue and its spread in degrees: red, yellow, green, blue. White is anything of little saturation.
    private static readonly double[] Hue = [0, 51, 125, 222];
    private static readonly double[] HueSpread = [9, 8, 22, 16];

    public Ramp Body { get; } = new();

    public Ramp Lid { get; } = new();

    public Ramp Label { get; } = new();

    public bool HasLabel { get; private set; }

    /// <summary>Where the label begins and ends, as parts of the height.</summary>
    public (double Low, double High) LabelBand { get; private set; }

    public void Set(int colour, Illumination light, ref RandomStream random)
    {
        double gloss = random.NextBetween(0, 0.35);
        Body.Set(light, DrawBody(colour, ref random), gloss);
        bool coloured = random.NextUniform() < ColouredLidShare;
        Albedo plain = Albedo.Grey(random.NextBetween(0.02, 0.6));
        Albedo any = Albedo.Random(ref random);
        Lid.Set(light, coloured ? any : plain, gloss);
        HasLabel = random.NextUniform() < LabelShare;
        double low = random.NextBetween(0.15, 0.45);
        LabelBand = (low, low + random.NextBetween(0.15, 0.35));
        Label.Set(light, Albedo.Random(ref random), 0);
    }

    private static Albedo DrawBody(int colour, ref RandomStream random)
    {
        double hue = random.NextBetween(-1, 1);
        double saturation = random.NextUniform();
        double value = random.NextUniform();
        if (colour >= Hue.Length)
        {
            return Albedo.FromHsv(180 + (180 * hue), 0.12 * saturation, 0.74 + (0.21 * value));
        }

        double darkest = colour == 1 ? 0.62 : 0.45;
        return Albedo.FromHsv(
            Hue[colour] + (HueSpread[colour] * hue), 0.55 + (0.4 * saturation), darkest + ((0.95 - darkest) * value));
    }
}
