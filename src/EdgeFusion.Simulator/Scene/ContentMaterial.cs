using System.Collections.Immutable;

namespace EdgeFusion.Simulator.Scene;

/// <summary>
/// How a content moves and sounds. Numbers are of the right order for the real thing, chosen so that neighbours
/// overlap once each container has its own spread: pasta, buttons and dices; marbles and nuts and bolts.
/// </summary>
/// <param name="GrainKg">Mass of one piece.</param>
/// <param name="Friction">
/// Tangential over normal acceleration above which the heap moves: tan of the angle of repose; near 0 for rollers.
/// </param>
/// <param name="SettleSeconds">Time constant with which moving pieces come to rest.</param>
/// <param name="Brightness">Loudness of one piece's impact relative to its momentum.</param>
/// <param name="BodyShare">Part of an impact that goes into the wall of the container.</param>
/// <param name="ModesHz">Frequencies of a piece's ringing.</param>
/// <param name="DecayMs">Time constants of those modes.</param>
/// <param name="Gains">Relative strengths of those modes.</param>
internal sealed record ContentMaterial(
    double GrainKg,
    double Friction,
    double SettleSeconds,
    double Brightness,
    double BodyShare,
    ImmutableArray<double> ModesHz,
    ImmutableArray<double> DecayMs,
    ImmutableArray<double> Gains)
{
    /// <summary>In the order of <see cref="Vocabulary.Content"/>.</summary>
    public static readonly ImmutableArray<ContentMaterial> All =
    [
        new(0.001, 1, 0.01, 0, 0, [2000, 3000, 4000, 5000], [1, 1, 1, 1], [0, 0, 0, 0]),
        new(25e-6, 0.55, 0.04, 2.2, 0.15, [2500, 4200, 5800, 7000], [1.2, 1.0, 0.8, 0.7], [0.4, 0.8, 1, 0.8]),
        new(0.6e-3, 0.50, 0.06, 1.0, 0.30, [1500, 2500, 3700, 5200], [2.6, 2.0, 1.5, 1.1], [0.8, 1, 0.7, 0.35]),
        new(3.5e-3, 0.40, 0.08, 0.9, 0.25, [2900, 4600, 6000, 7300], [8, 10, 7, 5], [0.6, 1, 0.8, 0.5]),
        new(0.7e-3, 0.35, 0.06, 1.1, 0.25, [1900, 3000, 4400, 6000], [3.2, 2.8, 2.0, 1.6], [0.6, 1, 0.8, 0.5]),
        new(4.0e-3, 0.30, 0.09, 0.8, 0.45, [1250, 2000, 3000, 4300], [5.0, 4.0, 3.0, 2.0], [1, 0.9, 0.5, 0.25]),
        new(5.0e-3, 0.05, 0.28, 0.8, 0.30, [2600, 4100, 5500, 6900], [4.5, 6.0, 4.5, 3.2], [0.5, 1, 0.7, 0.4]),
    ];
}
