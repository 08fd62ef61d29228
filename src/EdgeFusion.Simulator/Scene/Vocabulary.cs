using System.Collections.Immutable;

namespace EdgeFusion.Simulator.Scene;

/// <summary>The labels of the five classification heads: those of the ur5-objects set.</summary>
internal static class Vocabulary
{
    public const int Behaviours = 7;

    public static readonly ImmutableArray<string> Colour = ["red", "yellow", "green", "blue", "white"];

    public static readonly ImmutableArray<string> Content =
        ["empty", "rice", "pasta", "nutsandbolts", "buttons", "dices", "marbles"];

    public static readonly ImmutableArray<string> Weight = ["22g", "50g", "100g", "150g"];

    public static readonly ImmutableArray<string> Behaviour =
        ["grasp", "pick", "hold", "shake", "lower", "drop", "push"];

    /// <summary>Mass of each weight class in kg, container included; the container alone weighs 22 g.</summary>
    public static readonly ImmutableArray<double> WeightKg = [0.022, 0.050, 0.100, 0.150];
}
