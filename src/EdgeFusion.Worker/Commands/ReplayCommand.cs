using System.Collections.Immutable;
using System.CommandLine;
using EdgeFusion.Worker.Configuration;
using EdgeFusion.Worker.Replay;

namespace EdgeFusion.Worker.Commands;

/// <summary>edgefusion replay: the same pipeline over a recording, on virtual time.</summary>
internal static class ReplayCommand
{
    private static readonly Argument<string> Recording = new("recording")
    {
        Description = "Recording: .mcap, ROS 1 .bag, or folder of rosbag2.",
    };

    private static readonly Option<string> Model = new("--model")
    {
        Description = "Model name or folder.",
        Required = true,
    };

    private static readonly Option<bool> Realtime = new("--realtime") { Description = "Keep the recording's pace." };
    private static readonly Option<double> Speed = new("--speed")
    {
        Description = "Times real time; 0 = as fast as it goes.",
    };

    private static readonly Option<double> From = new("--from") { Description = "Begin so many s into the recording." };
    private static readonly Option<double?> To = new("--to") { Description = "End so many s into the recording." };
    private static readonly Option<int> Loop = new("--loop")
    {
        Description = "Replay so many times.",
        DefaultValueFactory = _ => 1,
    };

    private static readonly Option<bool> Step = new("--step") { Description = "Wait for Enter after each window." };
    private static readonly Option<bool> Interactive = new("--interactive")
    {
        Description = "Steer by keys (" + ReplayKeys.Help + "), or by lines where the input is no terminal.",
    };

    private static readonly Option<string[]> Mute = new("--mute")
    {
        Description = "Name of a sensor that is to say nothing; may be repeated.",
        DefaultValueFactory = _ => [],
    };

    private static readonly Option<string[]> Fault = new("--fault")
    {
        Description = "SENSOR:KIND:START:SECONDS with mute, stuck, late or garbage; may be repeated.",
        DefaultValueFactory = _ => [],
    };

    private static readonly Option<string?> Summary = new("--summary") { Description = "Write the summary as JSON." };
    private static readonly Option<string?> Out = new("--out") { Description = "Write predictions as JSON lines." };
    private static readonly Option<string?> Expect = new("--expect")
    {
        Description = "Compare with an earlier --out file; exit code 3 and the first difference where it differs.",
    };

    private static readonly Option<string?> Publish = new("--publish")
    {
        Description = "Publish to a broker: HOST[:PORT], default localhost.",
        Arity = ArgumentArity.ZeroOrOne,
    };

    private static readonly Option<string> Node = new("--node")
    {
        Description = "Name of the node when publishing.",
        DefaultValueFactory = _ => "replay",
    };

    private static readonly Option<string?> Config = new("--config")
    {
        Description = "Publish as this worker configuration says: its Mqtt:Heads and Mqtt:Format.",
    };

    private static readonly Option<int> Threads = new("--threads")
    {
        Description = "Windows inferred at a time; does not change the result.",
        DefaultValueFactory = _ => 1,
    };

    private static readonly Option<bool> Recover = new("--recover")
    {
        Description = "Replay what is left of a damaged recording; says what was lost.",
    };

    private static readonly Option<bool> NoInference = new("--no-inference") { Description = "Cut and bind only." };
    private static readonly Option<string> Cuts = new("--cuts")
    {
        Description = "recorded: repeat the live run's decisions where there are any; recompute: decide afresh.",
        DefaultValueFactory = _ => "recorded",
    };

    private static readonly Option<string[]> Map = new("--map")
    {
        Description = "TOPIC=MODALITY: what a channel is to the model; may be repeated.",
        DefaultValueFactory = _ => [],
    };

    private static readonly Option<string> Precision = EngineOptions.Precision();
    private static readonly Option<string> Graph = EngineOptions.Graph();

    private static readonly Option<int> Explain = new("--explain")
    {
        Description = "Say what each sensor contributed, every so many windows; 0 = as the recorded run did.",
    };

    private static readonly Option<string> Provider = new("--provider")
    {
        Description = "cpu, cuda, tensorrt or auto. Only cpu gives the same bytes everywhere.",
        DefaultValueFactory = _ => "cpu",
    };

    public static Command Create()
    {
        Cuts.AcceptOnlyFromAmong("recorded", "recompute");
        var command = new Command("replay", """
            Run the pipeline over a recording: same windows, same predictions, every time.

            Examples:
              edgefusion replay run.mcap --model workcell --out predictions.jsonl
              edgefusion replay run.mcap --model workcell --expect golden.jsonl
              edgefusion replay run.mcap --model workcell --realtime --publish localhost:1883
              edgefusion replay run.mcap --model workcell --from 10 --to 20 --mute camera --fault arm:stuck:12:3
              edgefusion replay run.mcap --model workcell --realtime --interactive
            """)
        {
            Recording, Model, Realtime, Speed, From, To, Loop, Step, Interactive, Mute, Fault, Out, Expect, Summary,
            Publish, Node, Config, Threads, NoInference, Recover, Cuts, Map, Provider, Precision, Graph, Explain,
        };
        command.SetAction((parsed, stopping) => Task.Run(() =>
        {
            ReplayRequest request = Request(parsed);
            int code = ExitCode.Success;
            for (int round = 0; round < parsed.GetValue(Loop) && code == ExitCode.Success; round++)
            {
                using var run = new ReplayRun(request, stopping);
                code = run.Run(stopping);
            }

            return code;
        }));
        return command;
    }

    private static ReplayRequest Request(ParseResult parsed)
    {
        int threads = parsed.GetValue(Threads);
        double speed = parsed.GetValue(Realtime) ? 1 : parsed.GetValue(Speed);
        int explain = parsed.GetValue(Explain);
        if (threads is < 1 or > 64 || speed < 0 || !double.IsFinite(speed) || explain < 0)
        {
            throw new ConfigurationException("--threads must be 1..64, --speed and --explain 0 or more.");
        }

        double from = parsed.GetValue(From);
        double? to = parsed.GetValue(To);
        if (from is not (>= 0 and < 1e8) || to is not (null or (> 0 and < 1e8)) || to <= from
            || parsed.GetValue(Loop) is < 1 or > 1_000_000)
        {
            throw new ConfigurationException("--from and --to are seconds, --from the smaller; --loop is 1..1000000.");
        }

        return new ReplayRequest
        {
            From = from,
            To = to,
            Muted = [.. parsed.GetValue(Mute)!],
            Faults = [.. parsed.GetValue(Fault)!.Select(ReplayFault.Parse)],
            Step = parsed.GetValue(Step),
            Interactive = parsed.GetValue(Interactive),
            Summary = parsed.GetValue(Summary),
            Recording = parsed.GetValue(Recording)!,
            Model = parsed.GetValue(Model)!,
            Speed = speed,
            Threads = threads,
            ExplainEvery = explain,
            Inference = !parsed.GetValue(NoInference),
            Recover = parsed.GetValue(Recover),
            RepeatCuts = parsed.GetValue(Cuts) == "recorded",
            Out = parsed.GetValue(Out),
            Expect = parsed.GetValue(Expect),
            PublishTo = parsed.GetResult(Publish) is null ? null : parsed.GetValue(Publish) ?? "localhost",
            Node = parsed.GetValue(Node)!,
            PublishAs = parsed.GetValue(Config) is { } file ? WorkerConfiguration.Load(file).Mqtt : new MqttOptions(),
            Providers = [parsed.GetValue(Provider)!],
            Precision = parsed.GetValue(Precision)!,
            Graph = parsed.GetValue(Graph)!,
            Modalities = Modalities(parsed.GetValue(Map)!),
        };
    }

    private static ImmutableDictionary<string, string> Modalities(string[] maps)
    {
        ImmutableDictionary<string, string> modalities =
            ImmutableDictionary.Create<string, string>(StringComparer.Ordinal);
        foreach (string map in maps)
        {
            int equals = map.LastIndexOf('=');
            modalities = equals > 0 && equals < map.Length - 1
                ? modalities.SetItem(map[..equals], map[(equals + 1)..])
                : throw new ConfigurationException($"--map '{map}' is not TOPIC=MODALITY.");
        }

        return modalities;
    }
}
