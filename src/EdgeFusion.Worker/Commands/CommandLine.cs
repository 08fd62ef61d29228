using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Parsing;

namespace EdgeFusion.Worker.Commands;

/// <summary>The command line: all verbs, and the one place that turns exceptions into messages and exit
/// codes.</summary>
internal static class CommandLine
{
    private const string Description = """
        EdgeFusion: fuses camera, microphone, force and joint sensors of a robot with a bottleneck transformer and
        publishes predictions over MQTT.

        Exit codes: 0 done; 1 the work failed; 2 wrong arguments or configuration; 3 the result differs from what was
        expected (replay --expect, regress, recover, bench --check); 130 interrupted.
        """;

    /// <summary>Parses and runs.</summary>
    public static Task<int> RunAsync(string[] args)
    {
        ParseResult parsed = Root().Parse(args);
        var configuration = new InvocationConfiguration
        {
            // Ours: a user's mistake is a sentence, not a stack trace.
            EnableDefaultExceptionHandler = false,
            ProcessTerminationTimeout = TimeSpan.FromSeconds(5),
        };
        string[] faults = [.. parsed.Errors.Select(error => error.Message), .. UnknownOptions(parsed)];
        return GuardAsync(() => faults.Length > 0 ? UsageAsync(faults) : parsed.InvokeAsync(configuration));
    }

    /// <summary>All verbs with their arguments.</summary>
    internal static Command Root()
    {
        // Not a RootCommand: that one is named after the program file, and users type "edgefusion".
        var root = new Command("edgefusion", Description);
        root.Options.Add(new HelpOption());
        root.Options.Add(new VersionOption());
        root.Subcommands.Add(DemoCommand.Create());
        root.Subcommands.Add(RunCommand.Create());
        root.Subcommands.Add(DevicesCommand.Create());
        root.Subcommands.Add(ImportCommand.Create());
        root.Subcommands.Add(ReplayCommand.Create());
        root.Subcommands.Add(EvaluateCommand.Create());
        root.Subcommands.Add(RecoverCommand.Create());
        root.Subcommands.Add(ViewCommand.Create());
        root.Subcommands.Add(InspectCommand.Create());
        root.Subcommands.Add(RegressCommand.Create());
        root.Subcommands.Add(ExportCommand.Create());
        root.Subcommands.Add(LabelCommand.Create());
        root.Subcommands.Add(SubscribeCommand.Create());
        root.Subcommands.Add(AsyncApiCommand.Create());
        root.Subcommands.Add(WindowsCommand.Create());
        root.Subcommands.Add(SimulateCommand.Create());
        root.Subcommands.Add(BenchCommand.Create());
        root.Subcommands.Add(DoctorCommand.Create());
        return root;
    }

    /// <summary>What looks like an option and is none. The parser takes it for a further file where a verb takes
    /// files, and the work would fail on it only when its turn comes.</summary>
    private static IEnumerable<string> UnknownOptions(ParseResult parsed)
    {
        if (parsed.Tokens.Any(token => token.Type == TokenType.DoubleDash))
        {
            yield break;
        }

        CommandResult verb = parsed.CommandResult;
        IEnumerable<Token> values = verb.Children.OfType<ArgumentResult>().SelectMany(argument => argument.Tokens);
        foreach (string value in values.Select(token => token.Value))
        {
            if (value.Length > 1 && value[0] == '-' && !Path.Exists(value))
            {
                string known = string.Join(", ", verb.Command.Options.Select(option => option.Name));
                yield return $"'{verb.Command.Name}' has no option {value}; it has {known}. (A file of that name: "
                    + $"./{value})";
            }
        }
    }

    private static Task<int> UsageAsync(IEnumerable<string> faults)
    {
        foreach (string fault in faults)
        {
            Console.Error.WriteLine($"error: {fault}");
        }

        Console.Error.WriteLine("Try --help.");
        return Task.FromResult(ExitCode.Usage);
    }

    private static async Task<int> GuardAsync(Func<Task<int>> work)
    {
        try
        {
            return await work().ConfigureAwait(false);
        }
        catch (ConfigurationException fault)
        {
            Console.Error.WriteLine($"error: {fault.Message}");
            return ExitCode.Usage;
        }
        catch (EdgeFusionException failure)
        {
            Console.Error.WriteLine($"error: {failure.Message}");
            return ExitCode.Failure;
        }
        catch (OperationCanceledException)
        {
            return ExitCode.Interrupted;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            Console.Error.WriteLine($"error: {failure.Message}");
            return ExitCode.Failure;
        }
    }
}
