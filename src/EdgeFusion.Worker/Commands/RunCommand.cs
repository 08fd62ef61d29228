using System.CommandLine;
using EdgeFusion.Worker.Configuration;
using EdgeFusion.Worker.Live;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace EdgeFusion.Worker.Commands;

/// <summary>edgefusion run: the hosted worker.</summary>
internal static class RunCommand
{
    public static Command Create()
    {
        var config = new Option<string>("--config")
        {
            Description = "Configuration file.",
            DefaultValueFactory = _ => "config/edgefusion.json",
        };
        var labelKeys = new Option<string?>("--label-keys")
        {
            Description = "KEY=HEAD:LABEL,...: keys that begin and end labels in the recording.",
        };
        var check = new Option<bool>("--check") { Description = "Check the configuration and stop." };
        var command = new Command("run", """
            Run the worker until SIGTERM or Ctrl+C. Keys are overridden by EDGEFUSION__Section__Key. SIGHUP reads the
            configuration again.

            Examples:
              edgefusion run --config config/edgefusion.json
              EDGEFUSION__Mqtt__Host=broker.local edgefusion run
              edgefusion run --label-keys r=colour:red,g=colour:green
            """)
        {
            config, check, labelKeys,
        };
        command.SetAction(async (parsed, stopping) =>
        {
            string path = parsed.GetValue(config)!;
            WorkerOptions options = WorkerConfiguration.Load(path);
            if (parsed.GetValue(check))
            {
                using var session = new LiveSession(
                    options, new LogObserver(Microsoft.Extensions.Logging.Abstractions.NullLogger.Instance));
                Console.WriteLine("the configuration is good");
                return ExitCode.Success;
            }

            using IHost host = WorkerHost.Build(options, path: path);
            if (parsed.GetValue(labelKeys) is { } keys)
            {
                LabelKeys.Parse(keys).Watch(
                    host.Services.GetRequiredService<SessionHolder>().Session!.Labels, stopping);
            }

            await host.RunAsync(stopping).ConfigureAwait(false);
            return ExitCode.Success;
        });
        return command;
    }
}
