using System.CommandLine;
using System.Text.Json;
using EdgeFusion.Worker.Configuration;
using EdgeFusion.Worker.Doctor;

namespace EdgeFusion.Worker.Commands;

/// <summary>edgefusion doctor: what this machine lacks for what the configuration wants.</summary>
internal static class DoctorCommand
{
    public static Command Create()
    {
        var config = new Option<string>("--config")
        {
            Description = "Configuration file.",
            DefaultValueFactory = _ => "config/edgefusion.json",
        };
        var json = new Option<bool>("--json") { Description = "Print one JSON object." };
        var command = new Command("doctor", """
            Look at libraries, GStreamer, GPU and its libraries' versions, devices and permissions, clocks, disks,
            real-time limits, model and broker; each line says OK, WARN or FAIL and what to do. Opens no device and
            moves nothing. Exit code 1 where something FAILs.

            Examples:
              edgefusion doctor
              edgefusion doctor --config config/edgefusion.json --json
            """)
        {
            config, json,
        };
        command.SetAction((parsed, stopping) => Task.FromResult(
            Run(parsed.GetValue(config)!, parsed.GetValue(json), stopping)));
        return command;
    }

    private static int Run(string config, bool json, CancellationToken stopping)
    {
        List<Finding> findings = Examine(config, stopping);
        if (json)
        {
            PrintJson(findings);
        }
        else
        {
            Print(findings);
        }

        return findings.Exists(finding => finding.Verdict == Verdict.Fail) ? ExitCode.Failure : ExitCode.Success;
    }

    private static List<Finding> Examine(string config, CancellationToken stopping)
    {
        var findings = new List<Finding>();
        WorkerOptions options = new();
        try
        {
            options = WorkerConfiguration.Load(config);
            findings.Add(Finding.Ok("config", $"{config} is good"));
        }
        catch (ConfigurationException fault)
        {
            findings.Add(Finding.Fail("config", fault.Message, "see config/README.md for every key"));
        }

        findings.AddRange(SystemChecks.Run(options));
        findings.AddRange(LibraryChecks.Run());
        findings.AddRange(GpuChecks.Run());
        findings.AddRange(DeviceChecks.Run(options));
        findings.AddRange(ModelChecks.Run(options.Model));
        findings.AddRange(BrokerChecks.Run(options, stopping));
        return findings;
    }

    private static void Print(List<Finding> findings)
    {
        foreach (Finding finding in findings)
        {
            string verdict = finding.Verdict.ToString().ToUpperInvariant();
            Console.WriteLine($"{verdict,-5} {finding.Area,-9} {finding.What}");
            if (finding.Fix is not null)
            {
                Console.WriteLine($"{"",-15} -> {finding.Fix}");
            }
        }

        int failed = findings.Count(finding => finding.Verdict == Verdict.Fail);
        int warned = findings.Count(finding => finding.Verdict == Verdict.Warn);
        Console.WriteLine($"{findings.Count - failed - warned} ok, {warned} warnings, {failed} failures");
    }

    private static void PrintJson(List<Finding> findings)
    {
        using var output = new MemoryStream();
        using (var json = new Utf8JsonWriter(output))
        {
            json.WriteStartObject();
            json.WriteStartArray("findings");
            foreach (Finding finding in findings)
            {
                json.WriteStartObject();
                json.WriteString("area", finding.Area);
                json.WriteString("verdict", finding.Verdict.ToString().ToLowerInvariant());
                json.WriteString("what", finding.What);
                json.WriteString("fix", finding.Fix);
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }

        Console.WriteLine(System.Text.Encoding.UTF8.GetString(output.ToArray()));
    }
}
