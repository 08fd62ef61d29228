using EdgeFusion.Worker.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace EdgeFusion.Worker.Live;

/// <summary>Builds the generic host around a worker.</summary>
internal static class WorkerHost
{
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(5);

    /// <summary>Builds host and session; throws where the configuration does not work out.</summary>
    public static IHost Build(WorkerOptions options, LogLevel level)
    {
        HostApplicationBuilder builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        builder.Logging.AddSimpleConsole(console =>
        {
            console.SingleLine = true;
            console.TimestampFormat = "HH:mm:ss.fff ";
        });
        builder.Logging.SetMinimumLevel(level);
        builder.Logging.AddFilter("Microsoft", LogLevel.Warning);
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = Grace);
        builder.Services.Configure<Microsoft.Extensions.Logging.Console.ConsoleLoggerOptions>(
            console => console.LogToStandardErrorThreshold = LogLevel.Trace);
        builder.Services.AddSingleton(options);
        builder.Services.AddSingleton<SessionHolder>();
        builder.Services.AddSingleton(services =>
            new LogObserver(services.GetRequiredService<ILoggerFactory>().CreateLogger("edgefusion")));
        builder.Services.AddHostedService<FusionWorker>();
        IHost host = builder.Build();
        host.Services.GetRequiredService<SessionHolder>()
            .Open(options, host.Services.GetRequiredService<LogObserver>());
        return host;
    }
}
