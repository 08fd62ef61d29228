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
    /// <param name="options">The configuration.</param>
    /// <param name="level">Least level that is logged; null for the configuration's.</param>
    /// <param name="path">The file it came from, which SIGHUP reads again; null for none.</param>
    public static IHost Build(WorkerOptions options, LogLevel? level = null, string? path = null)
    {
        HostApplicationBuilder builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        var log = new LogSwitch(level ?? LogSwitch.Of(options.Log));
        AddConsole(builder.Logging, options.Log);
        builder.Logging.SetMinimumLevel(LogLevel.Trace);
        builder.Logging.AddFilter(log.Admits);
        builder.Services.AddSingleton(log);
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = Grace);
        builder.Services.Configure<Microsoft.Extensions.Logging.Console.ConsoleLoggerOptions>(
            console => console.LogToStandardErrorThreshold = LogLevel.Trace);
        builder.Services.AddSingleton(options);
        builder.Services.AddSingleton<SessionHolder>();
        builder.Services.AddSingleton(services =>
            new LogObserver(services.GetRequiredService<ILoggerFactory>().CreateLogger("edgefusion")));
        builder.Services.AddHostedService<FusionWorker>();
        IHost host = builder.Build();
        SessionHolder holder = host.Services.GetRequiredService<SessionHolder>();
        holder.ConfigurationPath = path;
        holder.Open(options, host.Services.GetRequiredService<LogObserver>());
        return host;
    }

    /// <summary>Lines with a level that the journal understands, or with a time for people.</summary>
    private static void AddConsole(ILoggingBuilder logging, LogOptions options)
    {
        if (LogSwitch.IsJournal(options, Environment.GetEnvironmentVariable))
        {
            logging.AddSystemdConsole();
            return;
        }

        logging.AddSimpleConsole(console =>
        {
            console.SingleLine = true;
            console.TimestampFormat = "HH:mm:ss.fff ";
        });
    }
}
