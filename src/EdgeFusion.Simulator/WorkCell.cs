using System.Collections.Immutable;
using System.Globalization;
using EdgeFusion.Sensing;
using EdgeFusion.Simulator.Arm;
using EdgeFusion.Simulator.Force;
using EdgeFusion.Simulator.Scene;
using EdgeFusion.Simulator.Sound;
using EdgeFusion.Simulator.Vision;
using EdgeFusion.Time;

namespace EdgeFusion.Simulator;

/// <summary>
/// A simulated work cell: an arm handles one closed container after another, each of unknown colour, content and
/// weight, seen, heard and felt by four sensors of one coherent scene.
/// </summary>
/// <remarks>
/// The world is a pure function of seed and time. Each source evaluates it on its own, so sources may be pulled in any
/// order or on four threads and give the same bytes. <b>Threading.</b> The cell itself is immutable; each source is
/// for one thread at a time.
/// </remarks>
public sealed class WorkCell
{
    /// <summary>Heads that <see cref="Labels"/> speaks of; "group" names the object for splitting.</summary>
    public static ImmutableArray<string> Heads { get; } = ["colour", "content", "weight", "behaviour", "group"];

    /// <summary>Names of the four sources in order.</summary>
    public static ImmutableArray<string> SourceNames { get; } = ["camera", "microphone", "wrist", "arm"];

    /// <summary>Checks the options and makes the cell. Nothing runs until a source is pulled.</summary>
    /// <exception cref="ConfigurationException">Options are out of range.</exception>
    public WorkCell(WorkCellOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        Options = options;
    }

    /// <summary>The options in force.</summary>
    public WorkCellOptions Options { get; }

    /// <summary>Time that one object takes: 15 s.</summary>
    public static TimeSpan EpisodeLength => TimeSpan.FromTicks(Episode.LengthNanoseconds / 100);

    /// <summary>End of the last episode; <see cref="Timestamp.MaxValue"/> for a cell without end.</summary>
    public Timestamp End => Options.Episodes == 0
        ? Timestamp.MaxValue
        : Options.Start.AddNanoseconds(Options.Episodes * Episode.LengthNanoseconds);

    /// <summary>The labels of a head in the order of the model's classes; empty for "group".</summary>
    /// <exception cref="ArgumentException">There is no such head.</exception>
    public static ImmutableArray<string> LabelsOf(string head) => head switch
    {
        "colour" => Vocabulary.Colour,
        "content" => Vocabulary.Content,
        "weight" => Vocabulary.Weight,
        "behaviour" => Vocabulary.Behaviour,
        "group" => [],
        _ => throw new ArgumentException($"no head '{head}'; there are {string.Join(", ", Heads)}", nameof(head)),
    };

    /// <summary>Four fresh sources at their beginning: camera, microphone, wrist, arm.</summary>
    /// <remarks><b>Ownership.</b> The caller disposes them.</remarks>
    public ImmutableArray<ISampleSource> CreateSources() =>
        [CreateSource(0), CreateSource(1), CreateSource(2), CreateSource(3)];

    /// <summary>One fresh source at its beginning, by its place in <see cref="SourceNames"/>.</summary>
    /// <remarks><b>Ownership.</b> The caller disposes it.</remarks>
    /// <exception cref="ArgumentOutOfRangeException">There are four sources.</exception>
    public ISampleSource CreateSource(int index) => index switch
    {
        0 => new CameraSource(Options),
        1 => new MicrophoneSource(Options),
        2 => new WristSource(Options),
        3 => new ArmSource(Options),
        _ => throw new ArgumentOutOfRangeException(nameof(index), index, "There are four sources, 0..3."),
    };

    /// <summary>
    /// What is true when, by episode: the object's labels over the time it is on the scene, each behaviour over its
    /// own. Lazy, and endless for a cell without end.
    /// </summary>
    public IEnumerable<LabelInterval> Labels()
    {
        var episode = new Episode(Options.Seed);
        for (long index = 0; Options.Episodes == 0 || index < Options.Episodes; index++)
        {
            episode.Load(index);
            foreach (string head in Heads)
            {
                if (head == "behaviour")
                {
                    for (Behaviour behaviour = 0; (int)behaviour < Vocabulary.Behaviours; behaviour++)
                    {
                        yield return Interval(
                            episode, head, Vocabulary.Behaviour[(int)behaviour],
                            episode.StartOf(behaviour), episode.EndOf(behaviour));
                    }
                }
                else
                {
                    yield return Interval(
                        episode, head, ObjectLabel(episode, head),
                        Episode.ExchangeSeconds, episode.EndOf(Behaviour.Push));
                }
            }
        }
    }

    /// <summary>The label of a head at an instant; null while objects are exchanged or outside the cell.</summary>
    /// <exception cref="ArgumentException">There is no such head.</exception>
    public string? LabelAt(string head, Timestamp instant)
    {
        _ = LabelsOf(head);
        if (instant < Options.Start || instant >= End)
        {
            return null;
        }

        var episode = new Episode(Options.Seed);
        double time = episode.At(instant.NanosecondsSince(Options.Start));
        if (time < Episode.ExchangeSeconds)
        {
            return null;
        }

        if (head != "behaviour")
        {
            return ObjectLabel(episode, head);
        }

        int behaviour = Vocabulary.Behaviours - 1;
        while (time < episode.StartOf((Behaviour)behaviour))
        {
            behaviour--;
        }

        return Vocabulary.Behaviour[behaviour];
    }

    private string ObjectLabel(Episode episode, string head) => head switch
    {
        "colour" => Vocabulary.Colour[episode.Container.Colour],
        "content" => Vocabulary.Content[episode.Container.Content],
        "weight" => Vocabulary.Weight[episode.Container.Weight],
        _ => string.Create(
            CultureInfo.InvariantCulture,
            $"{ObjectLabel(episode, "colour")}-{ObjectLabel(episode, "content")}-{ObjectLabel(episode, "weight")}"
            + $"-s{Options.Seed}e{episode.Index}"),
    };

    private LabelInterval Interval(Episode episode, string head, string label, double start, double end) =>
        new(head, label, Instant(episode, start), Instant(episode, end));

    private Timestamp Instant(Episode episode, double seconds) =>
        Options.Start.AddNanoseconds(episode.StartNanoseconds + (long)(seconds * 1e9));
}
