using System.Collections.Immutable;
using System.CommandLine;
using EdgeFusion.Models;
using EdgeFusion.Worker.Composition;
using EdgeFusion.Worker.Configuration;
using EdgeFusion.Worker.Dashboard.Recordings;

namespace EdgeFusion.Worker.Commands;

/// <summary>edgefusion view: recordings in the page, with one model or two side by side.</summary>
internal static class ViewCommand
{
    private static readonly Argument<string> Recordings = new("recordings")
    {
        Description = "Recording (.mcap), or a folder with recordings.",
    };

    private static readonly Option<string?> Model = new("--model")
    {
        Description = "Model to begin with: name or folder. Default: the predictions that a recording holds.",
    };

    private static readonly Option<string?> Against = new("--against") { Description = "Model to compare it with." };

    private static readonly Option<int> Port = new("--port")
    {
        Description = "Port of the page on this machine; 0 = any that is free.",
        DefaultValueFactory = _ => new DashboardOptions().Port,
    };

    public static Command Create()
    {
        var command = new Command("view", """
            Open recordings in the browser: presence and predictions over time, pictures and forces at any instant, two
            models compared. Read-only, for this machine only, until Ctrl+C.

            Examples:
              edgefusion view run.mcap --model workcell
              edgefusion view recordings/ --model new --against workcell
            """)
        {
            Recordings, Model, Against, Port,
        };
        command.SetAction(async (parsed, stopping) =>
        {
            var options = new DashboardOptions
            {
                Recordings = parsed.GetValue(Recordings)!,
                Port = parsed.GetValue(Port),
            };
            if (options.Port is < 0 or > 65_535)
            {
                throw new ConfigurationException("--port must be 0..65535.");
            }

            ImmutableArray<string> models = Models(parsed.GetValue(Model), parsed.GetValue(Against));
            await using ViewServer server = await ViewServer.StartAsync(options, models, stopping)
                .ConfigureAwait(false);
            Console.WriteLine($"see it in a browser:\n  {Page(server.Url, parsed)}");
            await Task.Delay(Timeout.Infinite, stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            return ExitCode.Success;
        });
        return command;
    }

    /// <summary>The address with the models chosen; the page shows the newest recording first.</summary>
    private static string Page(string url, ParseResult parsed)
    {
        string model = Uri.EscapeDataString(parsed.GetValue(Model) ?? "");
        string against = Uri.EscapeDataString(parsed.GetValue(Against) ?? "");
        return $"{url}/#recordings?model={model}&against={against}";
    }

    /// <summary>Those asked for, which must be there, and all others that can be found by name.</summary>
    private static ImmutableArray<string> Models(params string?[] asked)
    {
        var catalog = new ModelCatalog(ModelPaths.Folder());
        foreach (string? name in asked)
        {
            if (name is not null)
            {
                catalog.ManifestPath(name);
            }
        }

        return [.. asked.OfType<string>().Concat(catalog.Names()).Distinct(StringComparer.Ordinal)];
    }
}
