using System.Collections.Immutable;
using System.Globalization;
using EdgeFusion.Pipeline;
using EdgeFusion.Recording;
using EdgeFusion.Sensing;
using EdgeFusion.Simulator;
using EdgeFusion.Time;
using EdgeFusion.Worker.Configuration;

namespace EdgeFusion.Worker.Composition;

/// <summary>Makes sensors out of their options.</summary>
internal sealed class SensorFactory
{
    private readonly AdapterCatalog<(string Name, SensorOptions Options), ISensor> _catalog = new("sensor adapter");
    private readonly WorkCellOptions _cellOptions;
    private readonly PaceOrigin _origin;
    private WorkCell? _cell;

    public SensorFactory(SimulatorOptions simulator)
    {
        _cellOptions = CellOptions(simulator);
        _origin = new PaceOrigin(_cellOptions.Start);
        _catalog.Add("simulator", request => Simulated(request.Name, request.Options));
        _catalog.Add("replay", request => Replayed(request.Name, request.Options));
        ForceAdapters.AddTo(_catalog);
        JointAdapters.AddTo(_catalog);
        MediaSensors.AddTo(_catalog);
        RosSensors.AddTo(_catalog);
        Adapters.AddPackages(_catalog);
    }

    /// <summary>The simulated cell, once a sensor has asked for it.</summary>
    public WorkCell? Cell => _cell;

    /// <summary>Names of all sensor adapters of this build.</summary>
    public IReadOnlyCollection<string> AdapterNames => _catalog.Names;

    /// <summary>What to add to an instant of the cell to get one of the pipeline.</summary>
    public PaceOrigin Origin => _origin;

    /// <summary>Makes all sensors; lists every fault.</summary>
    public ImmutableArray<ISensor> Create(IReadOnlyDictionary<string, SensorOptions> sensors)
    {
        var faults = new List<string>();
        ImmutableArray<ISensor>.Builder made = ImmutableArray.CreateBuilder<ISensor>();
        foreach ((string name, SensorOptions options) in sensors)
        {
            try
            {
                made.Add(_catalog.Create(options.Adapter, (name, options)));
            }
            catch (EdgeFusionException fault)
            {
                faults.Add($"Sensors:{name}: {fault.Message}");
            }
        }

        return faults.Count == 0
            ? made.ToImmutable()
            : throw new ConfigurationException("Some sensors cannot be made:\n - " + string.Join("\n - ", faults));
    }

    /// <summary>Options of the simulated cell.</summary>
    public static WorkCellOptions CellOptions(SimulatorOptions options)
    {
        var plain = new WorkCellOptions();
        return plain with
        {
            Seed = options.Seed,
            Episodes = options.Episodes,
            Camera = With(plain.Camera, "camera", options),
            Microphone = With(plain.Microphone, "microphone", options),
            Wrist = With(plain.Wrist, "wrist", options),
            Arm = With(plain.Arm, "arm", options),
        };
    }

    private static SimulatedSensorOptions With(SimulatedSensorOptions sensor, string source, SimulatorOptions options)
    {
        ImmutableArray<SensorFault>.Builder faults = ImmutableArray.CreateBuilder<SensorFault>();
        foreach (string text in options.Faults)
        {
            // Each text is parsed for each source, so that one wrong text is a fault however few sensors there are.
            if (ParseFault(text) is var (target, fault) && target == source)
            {
                faults.Add(fault);
            }
        }

        return sensor with { Difficulty = options.Difficulty, Faults = faults.ToImmutable() };
    }

    private static (string Source, SensorFault Fault) ParseFault(string text)
    {
        string[] parts = text.Split(':');
        if (parts.Length == 4 && WorkCell.SourceNames.Contains(parts[0])
            && Enum.TryParse(parts[1], ignoreCase: true, out SensorFaultKind kind)
            && double.TryParse(parts[2], CultureInfo.InvariantCulture, out double start) && start >= 0
            && double.TryParse(parts[3], CultureInfo.InvariantCulture, out double length) && length > 0)
        {
            return (parts[0], new SensorFault(
                kind, TimeSpan.FromSeconds(start), TimeSpan.FromSeconds(start + length),
                TimeSpan.FromMilliseconds(300)));
        }

        throw new ConfigurationException(
            $"Simulator:Faults: '{text}' is not SOURCE:KIND:START:SECONDS, e.g. arm:mute:5:10; sources are "
            + $"{string.Join(", ", WorkCell.SourceNames)}, "
            + $"kinds {string.Join(", ", Enum.GetNames<SensorFaultKind>())}");
    }

    private PacedSensor Simulated(string name, SensorOptions options)
    {
        _cell ??= new WorkCell(_cellOptions);
        string source = options.Settings.GetValueOrDefault("Source", name);
        int index = WorkCell.SourceNames.IndexOf(source);
        if (index < 0)
        {
            throw new ConfigurationException(
                $"Settings:Source '{source}' is unknown; there are {string.Join(", ", WorkCell.SourceNames)}");
        }

        using ISampleSource probe = _cell.CreateSource(index);
        WorkCell cell = _cell;
        return new PacedSensor(Named(probe.Info, name, options), () => cell.CreateSource(index), _origin);
    }

    private static PacedSensor Replayed(string name, SensorOptions options)
    {
        if (!options.Settings.TryGetValue("File", out string? file))
        {
            throw new ConfigurationException("Settings:File is missing: the recording to replay");
        }

        string topic = options.Settings.GetValueOrDefault("Topic", "/" + name);
        using RecordingSource probe = Open(file, topic);
        return new PacedSensor(
            Named(probe.Info, name, options), () => Open(file, topic), SharedOrigins.For(file, probe.Origin),
            Adapters.Pacer());
    }

    private static RecordingSource Open(string file, string topic) => new(Recordings.OpenFeed(file), topic);

    private static SensorInfo Named(SensorInfo info, string name, SensorOptions options) => info with
    {
        Name = name,
        Modality = options.Modality.Length > 0 ? options.Modality : info.Modality,
    };
}
