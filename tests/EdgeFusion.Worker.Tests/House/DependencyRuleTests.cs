using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace EdgeFusion.Worker.Tests.House;

/// <summary>Worker -> adapters -> core -> nothing; read from the project files.</summary>
public sealed partial class DependencyRuleTests
{
    private const string Core = "EdgeFusion";

    /// <summary>What an adapter may reference besides the core.</summary>
    private static readonly Dictionary<string, string[]> Packages = new()
    {
        [Core] = [],
        ["EdgeFusion.Linux"] = [],
        ["EdgeFusion.Simulator"] = [],
        ["EdgeFusion.OnnxRuntime"] = ["Microsoft.ML.OnnxRuntime.Gpu"],
        ["OnnxRuntime.Npm"] = ["System.Numerics.Tensors"],
        ["EdgeFusion.MqttNet"] = ["MQTTnet", "MQTTnet.Server"],
        ["EdgeFusion.OpenCvSharp"] = ["OpenCvSharp4"],
        ["EdgeFusion.NAudio"] = ["NAudio", "NAudio.Wasapi", "NAudio.Alsa"],
        ["EdgeFusion.SerialPorts"] = ["System.IO.Ports"],
        ["EdgeFusion.Telemetry"] = ["OpenTelemetry.Exporter.OpenTelemetryProtocol"],
        ["EdgeFusion.Worker"] = ["System.CommandLine", "Spectre.Console"],
    };

    [Fact]
    public void The_core_references_nothing()
    {
        (string[] packages, string[] projects) = References(Core);

        Assert.Empty(packages);
        Assert.Empty(projects);
    }

    [Fact]
    public void Each_project_takes_only_the_packages_that_the_house_names()
    {
        foreach (string project in Projects())
        {
            Assert.True(Packages.ContainsKey(project), $"{project} is not in the dependency rule");
            Assert.Subset(Packages[project].ToHashSet(), References(project).Packages.ToHashSet());
        }
    }

    [Fact]
    public void Adapters_see_only_the_core()
    {
        foreach (string project in Projects().Where(p => p is not (Core or "EdgeFusion.Worker" or "OnnxRuntime.Npm")))
        {
            string[] others = [.. References(project).Projects.Where(p => p is not (Core or "OnnxRuntime.Npm"))];
            Assert.True(others.Length == 0, $"{project} references {string.Join(", ", others)}");
        }
    }

    [Fact]
    public void Only_the_onnx_adapter_sees_the_npm_build() =>
        Assert.Equal(
            ["EdgeFusion.OnnxRuntime"],
            Projects().Where(p => References(p).Projects.Contains("OnnxRuntime.Npm")));

    [Fact]
    public void The_core_does_not_know_what_its_adapters_are_made_of()
    {
        string[] faults = [.. Repository.Files("src/EdgeFusion", ".cs")
            .Where(file => ForeignWord().IsMatch(File.ReadAllText(file)))
            .Select(Repository.Relative)];

        Assert.True(faults.Length == 0, string.Join('\n', faults));
    }

    [Fact]
    public void The_core_reads_time_only_through_the_pipeline_clock()
    {
        string[] faults = [.. Repository.Files("src/EdgeFusion", ".cs")
            .Where(file => ForbiddenTime().IsMatch(File.ReadAllText(file)))
            .Select(Repository.Relative)];

        Assert.True(faults.Length == 0, string.Join('\n', faults));
    }

    [Fact]
    public void The_core_has_no_native_imports() =>
        Assert.DoesNotContain(
            Repository.Files("src/EdgeFusion", ".cs"),
            file => NativeImport().IsMatch(File.ReadAllText(file)));

    [Fact]
    public void Versions_stand_in_one_place_only() =>
        Assert.DoesNotContain(
            Repository.Files("src", ".csproj").Concat(Repository.Files("tests", ".csproj")),
            file => XDocument.Load(file).Descendants("PackageReference").Any(p => p.Attribute("Version") is not null));

    private static IEnumerable<string> Projects() =>
        Repository.Files("src", ".csproj").Select(file => Path.GetFileNameWithoutExtension(file));

    private static (string[] Packages, string[] Projects) References(string project)
    {
        XDocument file = XDocument.Load(
            Repository.Files("src", ".csproj").Single(f => Path.GetFileNameWithoutExtension(f) == project));
        return (
            [.. file.Descendants("PackageReference").Select(p => p.Attribute("Include")!.Value)],
            [.. file.Descendants("ProjectReference")
                .Select(p => Path.GetFileNameWithoutExtension(p.Attribute("Include")!.Value))]);
    }

    [GeneratedRegex("mqtt|alsa|gstreamer|cuda", RegexOptions.IgnoreCase)]
    private static partial Regex ForeignWord();

    [GeneratedRegex(
        @"DateTime(Offset)?\.(Utc)?Now|\bStopwatch\.|Task\.Delay|Thread\.Sleep|Environment\.TickCount")]
    private static partial Regex ForbiddenTime();

    [GeneratedRegex("DllImport|LibraryImport|NativeLibrary")]
    private static partial Regex NativeImport();
}
