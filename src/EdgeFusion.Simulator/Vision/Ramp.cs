namespace EdgeFusion.Simulator.Vision;

/// <summary>The colours across a round surface from left to right, lit and coded once per episode.</summary>
internal sealed class Ramp
{
    /// <summary>Number of steps across.</summary>
    public const int Steps = 64;

    /// <summary>Three bytes per step.</summary>
    public byte[] Rgb { get; } = new byte[Steps * 3];

    public void Set(Illumination light, Albedo albedo, double gloss)
    {
        for (int i = 0; i < Steps; i++)
        {
            double across = ((i + 0.5) * 2 / Steps) - 1;
            double off = across - (0.55 * light.Side);
            double highlight = gloss * Math.Max(0, 1 - (off * off * 30));
            light.Light(albedo, light.CylinderShade(across), highlight, Rgb.AsSpan(3 * i, 3));
        }
    }
}
