using System.Net;
using EdgeFusion.Publishing.Commands;
using EdgeFusion.Worker.Composition;

namespace EdgeFusion.Worker.Configuration;

/// <summary>Ranges and combinations; every fault is listed.</summary>
internal static class OptionChecks
{
    private static readonly string[] KnownProviders = ["auto", "tensorrt", "cuda", "cpu"];

    public static void Check(WorkerOptions options, List<string> faults)
    {
        Require(faults, IsName(options.Node), "Node", "must be 1-64 of a-z A-Z 0-9 - _ .");
        Require(faults, options.Sensors.Count > 0, "Sensors", "is empty: name at least one sensor");
        foreach ((string name, SensorOptions sensor) in options.Sensors)
        {
            Require(faults, IsName(name), $"Sensors:{name}", "a name must be 1-64 of a-z A-Z 0-9 - _ .");
            Require(faults, sensor.Adapter.Length > 0, $"Sensors:{name}:Adapter", "is missing");
        }

        CheckModel(options.Model, faults);
        Require(faults, options.Explain.Every is >= 0 and <= 1_000_000, "Explain:Every", "must be 0..1000000");
        CheckLimits(options, faults);
        CheckMqtt(options.Mqtt, faults);
        CheckCommands(options.Commands, faults);
        IntegrationChecks.Check(options, faults);
        CheckDashboard(options.Dashboard, faults);
        RecordingChecks.Check(options.Recording, faults);
        CheckLogAndTelemetry(options, faults);
    }

    private static void CheckModel(ModelOptions model, List<string> faults)
    {
        Require(faults, model.Name.Length > 0, "Model:Name", "is empty");
        Require(faults, model.Threads is >= 1 and <= 64, "Model:Threads", "must be 1..64");
        Require(faults, model.DeviceId is >= 0 and < 64, "Model:DeviceId", "must be 0..63");
        Require(faults, Array.IndexOf(Engines.Precisions, model.Precision) >= 0, "Model:Precision",
            $"is '{model.Precision}'; there are {string.Join(", ", Engines.Precisions)}");
        Require(faults, Array.IndexOf(Engines.Graphs, model.Graph) >= 0, "Model:Graph",
            $"is '{model.Graph}'; there are {string.Join(", ", Engines.Graphs)}");
        foreach (string provider in model.Providers)
        {
            Require(faults, Array.IndexOf(KnownProviders, provider) >= 0, "Model:Providers",
                $"'{provider}' is unknown; there are {string.Join(", ", KnownProviders)}");
        }
    }

    private static void CheckLimits(WorkerOptions options, List<string> faults)
    {
        SensorLimitOptions limits = options.SensorLimits;
        Require(faults, limits.StaleAfterMs is >= 0 and <= 3_600_000, "SensorLimits:StaleAfterMs",
            "must be 0..3600000");
        Require(faults, limits.FutureToleranceMs is >= 0 and <= 1_000, "SensorLimits:FutureToleranceMs",
            "must be 0..1000");
        Require(faults, limits.LongestBackoffSeconds is >= 0.1 and <= 60, "SensorLimits:LongestBackoffSeconds",
            "must be 0.1..60");
        Require(faults, options.Outbox.MaxMessages is >= 10 and <= 1_000_000, "Outbox:MaxMessages",
            "must be 10..1000000");
        Require(faults, options.Outbox.MaxBytes is >= 65_536 and <= 1 << 30, "Outbox:MaxBytes",
            "must be 65536..1073741824");
        CheckLog(options.Outbox, faults);
        Require(faults, options.Simulator.Difficulty is >= 0 and <= 3, "Simulator:Difficulty", "must be 0..3");
        Require(faults, options.Simulator.Episodes >= 0, "Simulator:Episodes", "must be 0 or more");
    }

    private static void CheckLog(OutboxLimitOptions outbox, List<string> faults)
    {
        Require(faults, outbox.DiskBytes is >= 1 << 20 and <= 1L << 40, "Outbox:DiskBytes",
            "must be 1048576..1099511627776");
        Require(faults, outbox.MaxAgeHours is > 0 and <= 8760, "Outbox:MaxAgeHours",
            "must be above 0 and at most 8760");
        Require(faults, outbox.Fsync is "none" or "interval" or "always", "Outbox:Fsync",
            $"is '{outbox.Fsync}'; there are none, interval, always");
        Require(faults, outbox.FsyncIntervalMs is >= 1 and <= 60_000, "Outbox:FsyncIntervalMs", "must be 1..60000");
        Require(faults, outbox.BacklogPerSecond is >= 1 and <= 1_000_000, "Outbox:BacklogPerSecond",
            "must be 1..1000000");
    }

    private static void CheckMqtt(MqttOptions mqtt, List<string> faults)
    {
        if (mqtt.Adapter == "none")
        {
            return;
        }

        Require(faults, mqtt.Host.Length > 0, "Mqtt:Host", "is empty");
        Require(faults, mqtt.Port is >= 1 and <= 65_535, "Mqtt:Port", "must be 1..65535");
        Require(faults, mqtt.Link is "local" or "wan", "Mqtt:Link", $"is '{mqtt.Link}'; there are local, wan");
        Require(faults, mqtt.PredictionExpirySeconds is > 0 and <= 86_400, "Mqtt:PredictionExpirySeconds",
            "must be above 0 and at most 86400");
        Require(faults, mqtt.PasswordFile.Length == 0 || mqtt.UserName.Length > 0, "Mqtt:PasswordFile",
            "needs Mqtt:UserName");
        Require(faults, (mqtt.CertificateFile.Length == 0) == (mqtt.KeyFile.Length == 0), "Mqtt:CertificateFile",
            "and Mqtt:KeyFile go together");
        Require(faults, mqtt.Tls || mqtt.AllowPlaintext || IsLoopback(mqtt.Host), "Mqtt:Tls",
            $"is off but '{mqtt.Host}' is another machine: predictions would travel in the clear. Set Mqtt:Tls, or "
            + "Mqtt:AllowPlaintext if that is what you want");
        Require(faults, Array.IndexOf(PayloadFormats.Words, mqtt.Format) >= 0, "Mqtt:Format",
            $"is '{mqtt.Format}'; there are {string.Join(", ", PayloadFormats.Words)}");
        foreach ((string head, HeadOptions policy) in mqtt.Heads)
        {
            faults.AddRange(HeadPolicies.Faults(policy).Select(fault => $"Mqtt:Heads:{head}: {fault}"));
        }

        foreach (string fallback in mqtt.Fallbacks)
        {
            string host = fallback[..(fallback.LastIndexOf(':') is > 0 and int colon ? colon : fallback.Length)];
            Require(faults, host.Length > 0, "Mqtt:Fallbacks", $"'{fallback}' is not HOST or HOST:PORT");
            Require(faults, mqtt.Tls || mqtt.AllowPlaintext || IsLoopback(host), "Mqtt:Fallbacks",
                $"'{host}' is another machine and Mqtt:Tls is off. Set Mqtt:Tls, or Mqtt:AllowPlaintext");
        }
    }

    private static void CheckCommands(CommandSettings commands, List<string> faults)
    {
        foreach (string name in commands.Allow)
        {
            Require(faults, CommandVerb.Find(name) is not null, "Commands:Allow",
                $"'{name}' is unknown; there are {string.Join(", ", CommandVerb.All.Select(verb => verb.Name))}");
        }

        Require(faults, commands.PerSecond is >= 1 and <= 100, "Commands:PerSecond", "must be 1..100");
    }

    private static void CheckDashboard(DashboardOptions dashboard, List<string> faults)
    {
        if (!dashboard.Enabled)
        {
            return;
        }

        Require(faults, dashboard.Port is >= 0 and <= 65_535, "Dashboard:Port", "must be 0..65535");
        Require(faults, IPAddress.TryParse(dashboard.Address, out _), "Dashboard:Address",
            $"'{dashboard.Address}' is no IP address; use 127.0.0.1 for this machine only, 0.0.0.0 for all");
        Require(faults, dashboard.TokenFile.Length > 0 || IsLoopback(dashboard.Address), "Dashboard:TokenFile",
            $"is missing: on {dashboard.Address} other machines could look; make a token (openssl rand -hex 16) and "
            + "name its file");
        Require(faults, dashboard.Recordings.Length == 0 || Directory.Exists(dashboard.Recordings),
            "Dashboard:Recordings", $"there is no folder '{dashboard.Recordings}'");
    }

    private static void CheckLogAndTelemetry(WorkerOptions options, List<string> faults)
    {
        Require(faults, Array.IndexOf(Live.LogSwitch.Words, options.Log.Level) >= 0, "Log:Level",
            $"is '{options.Log.Level}'; there are {string.Join(", ", Live.LogSwitch.Words)}");
        Require(faults, options.Log.Format is "auto" or "text" or "journal", "Log:Format",
            $"is '{options.Log.Format}'; there are auto, text, journal");
        TelemetryOptions telemetry = options.Telemetry;
        Require(faults, telemetry.IntervalSeconds is >= 1 and <= 3_600, "Telemetry:IntervalSeconds",
            "must be 1..3600");
        Require(faults, telemetry.TraceEvery is >= 0 and <= 1_000_000, "Telemetry:TraceEvery", "must be 0..1000000");
        if (telemetry.Endpoint.Length == 0)
        {
            return;
        }

        bool good = Uri.TryCreate(telemetry.Endpoint, UriKind.Absolute, out Uri? address)
            && address.Scheme is "http" or "https" && address.UserInfo.Length == 0;
        Require(faults, good, "Telemetry:Endpoint",
            $"'{telemetry.Endpoint}' is no address such as http://127.0.0.1:4318 (secrets belong into HeadersFile)");
        Require(faults, !good || address!.Scheme == "https" || telemetry.AllowPlaintext || IsLoopback(address.Host),
            "Telemetry:Endpoint", $"'{address?.Host}' is another machine and this is http. Use https, or "
            + "Telemetry:AllowPlaintext if that is what you want");
    }

    private static bool IsLoopback(string host) =>
        string.Equals(host, "localhost", StringComparison.OrdinalIgnoreCase)
        || (IPAddress.TryParse(host, out IPAddress? address) && IPAddress.IsLoopback(address));

    private static bool IsName(string name)
    {
        foreach (char c in name)
        {
            if (!char.IsAsciiLetterOrDigit(c) && c is not ('-' or '_' or '.'))
            {
                return false;
            }
        }

        return name.Length is >= 1 and <= 64;
    }

    private static void Require(List<string> faults, bool good, string key, string fault)
    {
        if (!good)
        {
            faults.Add($"{key}: {fault}");
        }
    }
}
