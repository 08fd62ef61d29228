using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using EdgeFusion.Testing;
using EdgeFusion.Testing.Contract;
using EdgeFusion.Worker.Tests.House;

namespace EdgeFusion.Worker.Tests.Contract;

/// <summary>The lines of the README's section for subscribers work as they stand, but for the broker's port.</summary>
public sealed class SubscriberLinesTests
{
    private const int Enough = 5;

    [NeedsProgramFact("mosquitto_sub")]
    public void The_line_for_mosquitto_sub_prints_predictions() =>
        AssertPrints("edgefusion/test/prediction/", port => ("bash", ["-c", "exec stdbuf -oL " + Line("sh", port)]));

    [NeedsPythonSubscriberFact]
    public void The_program_for_Python_prints_predictions() =>
        AssertPrints(
            "test weight ", port => (NeedsPythonSubscriberFactAttribute.Python!, ["-c", Line("python", port)]));

    [NeedsContractToolsFact]
    public void The_program_for_Node_prints_predictions() =>
        AssertPrints("test weight ", port => ("node", ["--input-type=module", "-e", Line("js", port)]));

    [Fact]
    public void The_flow_for_Node_RED_listens_to_predictions_and_hangs_together()
    {
        JsonElement[] nodes = [.. JsonDocument.Parse(Block("json")).RootElement.EnumerateArray()];
        Dictionary<string, JsonElement> byId = nodes.ToDictionary(node => node.GetProperty("id").GetString()!);

        JsonElement input = Assert.Single(nodes, node => node.GetProperty("type").GetString() == "mqtt in");
        Assert.Equal("edgefusion/+/prediction/#", input.GetProperty("topic").GetString());
        Assert.Equal("mqtt-broker", byId[input.GetProperty("broker").GetString()!].GetProperty("type").GetString());
        Assert.Equal("debug", byId[input.GetProperty("wires")[0][0].GetString()!].GetProperty("type").GetString());
    }

    private static string Block(string language)
    {
        string readme = File.ReadAllText(Path.Combine(Repository.Root, "README.md"));
        int begin = readme.IndexOf("## For subscribers", StringComparison.Ordinal);
        string section = readme[begin..readme.IndexOf("\n## ", begin, StringComparison.Ordinal)];
        Match block = Regex.Match(section, $"```{language}\n(.*?)```", RegexOptions.Singleline);
        Assert.True(block.Success, $"no block for {language}");
        return block.Groups[1].Value;
    }

    private static string Line(string language, int port) => Block(language)
        .Replace("localhost", "127.0.0.1", StringComparison.Ordinal)
        .Replace("1883", port.ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal);

    private static void AssertPrints(string begin, Func<int, (string Program, string[] Arguments)> command)
    {
        using var rig = new ContractRig();
        (string program, string[] arguments) = command(rig.Broker.Port);
        using Process subscriber = Process.Start(new ProcessStartInfo(program, arguments)
        {
            RedirectStandardOutput = true,
            WorkingDirectory = ContractCheck.Folder,
        })!;
        var lines = new List<string>();
        subscriber.OutputDataReceived += (_, line) =>
        {
            lock (lines)
            {
                lines.Add(line.Data ?? "");
            }
        };
        subscriber.BeginOutputReadLine();
        rig.Start(Enough);

        bool came = SpinWait.SpinUntil(
            () =>
            {
                lock (lines)
                {
                    return lines.Count(line => line.StartsWith(begin, StringComparison.Ordinal)) >= Enough;
                }
            },
            TimeSpan.FromSeconds(60));
        subscriber.Kill(entireProcessTree: true);
        subscriber.WaitForExit();

        Assert.True(came, $"it printed {lines.Count} lines: {string.Join('\n', lines.Take(3))}");
    }

    /// <summary>A test that is skipped where no Python has the subscriber's package.</summary>
    [AttributeUsage(AttributeTargets.Method)]
    private sealed class NeedsPythonSubscriberFactAttribute : FactAttribute
    {
        public NeedsPythonSubscriberFactAttribute() => Skip = NeedsProgramFactAttribute.WhyNot("mosquitto")
            ?? (Python is null ? "no Python with paho-mqtt: apt install python3-paho-mqtt" : null);

        /// <summary>The Python of the path, or Debian's own.</summary>
        public static string? Python { get; } =
            Array.Find(["python3", "/usr/bin/python3"], program =>
            {
                try
                {
                    using Process process = Process.Start(new ProcessStartInfo(
                        program, ["-c", "import paho.mqtt.client"])
                    { RedirectStandardError = true })!;
                    process.WaitForExit();
                    return process.ExitCode == 0;
                }
                catch (System.ComponentModel.Win32Exception)
                {
                    return false;
                }
            });
    }
}
