using EdgeFusion.Simulator.Arm;
using EdgeFusion.Simulator.Numerics;

namespace EdgeFusion.Simulator.Scene;

/// <summary>
/// One object's visit: everything about it and its surroundings follows from (seed, index). Every sensor owns one
/// and reloads it in place, so sensors share no state and may be read in any order and on any thread.
/// </summary>
internal sealed class Episode
{
    /// <summary>Every episode lasts the same, so an instant leads straight to its episode.</summary>
    public const long LengthNanoseconds = 15_000_000_000;

    /// <summary>The table is empty for this long while the objects are exchanged.</summary>
    public const double ExchangeSeconds = 0.6;

    private const double LengthSeconds = LengthNanoseconds * 1e-9;
    private const double DurationSpread = 0.12;
    private static readonly double[] NominalSeconds = [2.1, 1.9, 2.0, 2.3, 1.9, 2.0, 2.2];

    private readonly double[] _starts = new double[Vocabulary.Behaviours + 1];
    private readonly ulong _seed;

    public Episode(ulong seed)
    {
        _seed = seed;
        Handling = new Handling(this);
    }

    public long Index { get; private set; } = -1;

    public Container Container { get; } = new();

    public Surroundings Surroundings { get; } = new();

    public Handling Handling { get; }

    /// <summary>Start of the episode on the cell's timeline.</summary>
    public long StartNanoseconds => Index * LengthNanoseconds;

    /// <summary>Loads the episode of an instant.</summary>
    /// <returns>Seconds since the episode's start.</returns>
    public double At(long nanoseconds)
    {
        long index = nanoseconds / LengthNanoseconds;
        if (index != Index)
        {
            Load(index);
        }

        return (nanoseconds - (index * LengthNanoseconds)) * 1e-9;
    }

    public void Load(long index)
    {
        Index = index;
        RandomStream container = RandomStream.For(_seed, StreamPurpose.Container, index);
        Container.Draw(ref container);
        RandomStream surroundings = RandomStream.For(_seed, StreamPurpose.Surroundings, index);
        Surroundings.Draw(ref surroundings);
        RandomStream episode = RandomStream.For(_seed, StreamPurpose.Episode, index);
        DrawDurations(ref episode);
        RandomStream motion = RandomStream.For(_seed, StreamPurpose.Motion, index);
        Handling.Draw(ref motion);
    }

    /// <summary>Start of a behaviour in seconds since the episode's start.</summary>
    public double StartOf(Behaviour behaviour) => _starts[(int)behaviour];

    /// <summary>End of a behaviour.</summary>
    public double EndOf(Behaviour behaviour) => _starts[(int)behaviour + 1];

    /// <summary>A point within a behaviour, 0 = start, 1 = end.</summary>
    public double Within(Behaviour behaviour, double part) =>
        StartOf(behaviour) + (part * (EndOf(behaviour) - StartOf(behaviour)));

    private void DrawDurations(ref RandomStream random)
    {
        double sum = 0;
        for (int i = 0; i < Vocabulary.Behaviours; i++)
        {
            double duration = NominalSeconds[i] * random.NextBetween(1 - DurationSpread, 1 + DurationSpread);
            _starts[i + 1] = duration;
            sum += duration;
        }

        double scale = (LengthSeconds - ExchangeSeconds) / sum;
        _starts[0] = ExchangeSeconds;
        for (int i = 0; i < Vocabulary.Behaviours; i++)
        {
            _starts[i + 1] = _starts[i] + (_starts[i + 1] * scale);
        }

        _starts[Vocabulary.Behaviours] = LengthSeconds;
    }
}
