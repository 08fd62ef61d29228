using EdgeFusion.Simulator.Numerics;

namespace EdgeFusion.Simulator.Scene;

/// <summary>One closed container: the three things to find out, and what varies between containers of a kind.</summary>
internal sealed class Container
{
    private const double EmptyKg = 0.022;

    public int Colour { get; private set; }

    public int Content { get; private set; }

    public int Weight { get; private set; }

    /// <summary>Mass with content in kg: the class value with a tolerance of 1 g.</summary>
    public double MassKg { get; private set; }

    public double ContentKg { get; private set; }

    public double RadiusMetres { get; private set; }

    public double HeightMetres { get; private set; }

    /// <summary>Lowest resonance of the body, empty, in Hz.</summary>
    public double BodyHz { get; private set; }

    /// <summary>Factor on all frequencies of the content: no two bags of pasta are alike.</summary>
    public double PitchFactor { get; private set; }

    /// <summary>Friction of the container on the table, 0.25-0.4.</summary>
    public double TableFriction { get; private set; }

    /// <summary>Loudness of its scraping relative to the friction force: the skin of its base.</summary>
    public double Roughness { get; private set; }

    public ContentMaterial Material => ContentMaterial.All[Content];

    /// <summary>Number of pieces inside.</summary>
    public double Grains => Content == 0 ? 0 : Math.Max(2, ContentKg / Material.GrainKg);

    public void Draw(ref RandomStream random)
    {
        Colour = random.NextIndex(Vocabulary.Colour.Length);
        Content = random.NextIndex(Vocabulary.Content.Length);
        int filled = 1 + random.NextIndex(Vocabulary.Weight.Length - 1);
        Weight = Content == 0 ? 0 : filled;
        double tolerance = 0.001 * random.NextGaussian();
        MassKg = Vocabulary.WeightKg[Weight] + (Weight == 0 ? 0.3 * tolerance : tolerance);
        ContentKg = Content == 0 ? 0 : MassKg - EmptyKg;
        RadiusMetres = random.NextBetween(0.033, 0.041);
        HeightMetres = random.NextBetween(0.095, 0.120);
        BodyHz = random.NextBetween(390, 620);
        PitchFactor = PortableMath.Exp(0.10 * random.NextGaussian());
        TableFriction = random.NextBetween(0.25, 0.40);
        Roughness = PortableMath.Exp(0.4 * random.NextGaussian());
    }
}
