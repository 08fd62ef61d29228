using System.Diagnostics;
using System.Text.Json;
using System.Text.RegularExpressions;
using EdgeFusion.Testing;
using EdgeFusion.Worker.Commands;
using EdgeFusion.Worker.Configuration;
using EdgeFusion.Worker.Tests.House;
using Microsoft.Extensions.Configuration;

namespace EdgeFusion.Worker.Tests.Deploy;

/// <summary>What can be checked of the deployment files without a container engine or a cluster.</summary>
public sealed partial class DeployTests
{
    private static readonly string[] Dockerfiles = ["Dockerfile", "Dockerfile.cuda", "Dockerfile.jetson"];

    [NeedsDeployCheckFact]
    public void Dockerfiles_and_manifests_pass_the_linter_and_the_schemas_of_kubernetes()
    {
        string[] files =
        [
            .. Dockerfiles.Select(name => Path.Combine(Repository.Root, "deploy/docker", name)),
            Path.Combine(Repository.Root, "deploy/docker/compose.yaml"),
            .. Directory.GetFiles(Path.Combine(Repository.Root, "deploy/kubernetes"), "*.yaml"),
        ];

        (int code, string output) = Run(
            "node", [Path.Combine(Repository.Root, "tests/EdgeFusion.Worker.Tests/Deploy/check.mjs"), .. files]);

        Assert.True(code == 0, output);
    }

    [Fact]
    public void Everything_that_an_image_copies_is_there()
    {
        foreach ((string file, string line) in Lines("COPY "))
        {
            string source = Words(line)[1..].First(word => !word.StartsWith("--", StringComparison.Ordinal));
            if (source.StartsWith("artifacts/deb/", StringComparison.Ordinal))
            {
                // Built by build-deb.sh under this name.
                Assert.Matches(@"^artifacts/deb/edgefusion_\*_(amd64|arm64|\$\{ARCH\})\.deb$", source);
                continue;
            }

            Assert.True(File.Exists(Path.Combine(Repository.Root, source)), $"{file} copies {source}");
        }
    }

    [Fact]
    public void The_arguments_of_each_container_parse()
    {
        foreach ((string file, string line) in Lines("CMD "))
        {
            string[] arguments = JsonSerializer.Deserialize<string[]>(line["CMD ".Length..])!;
            Assert.True(CommandLine.Root().Parse(arguments).Errors.Count == 0, $"{file}: {line}");
        }

        string[] manifests = Directory.GetFiles(Path.Combine(Repository.Root, "deploy/kubernetes"), "daemonset.yaml");
        string args = File.ReadLines(Assert.Single(manifests))
            .Single(line => line.TrimStart().StartsWith("args: ", StringComparison.Ordinal)).Trim()["args: ".Length..];
        Assert.Empty(CommandLine.Root().Parse(JsonSerializer.Deserialize<string[]>(args)!).Errors);
    }

    [Fact]
    public void Every_configuration_in_a_manifest_is_one()
    {
        Load(File.ReadAllText(Path.Combine(Repository.Root, "deploy/docker/robot.json")));
        string[] robots = RobotFile().Split(
            File.ReadAllText(Path.Combine(Repository.Root, "deploy/kubernetes/config.yaml")))[1..];
        Assert.Equal(2, robots.Length);
        Assert.All(robots, robot => Load(robot));
    }

    [NeedsProgramFact("apt-cache")]
    public void Every_debian_package_that_an_image_installs_exists()
    {
        HashSet<string> known = [.. Run("apt-cache", ["pkgnames"]).Output.Split('\n')];
        if (!known.Contains("libturbojpeg0"))
        {
            // No index of Debian's on this machine: nothing can be said.
            return;
        }

        string text = File.ReadAllText(Path.Combine(Repository.Root, "deploy/docker/Dockerfile"))
            .Replace("\\\n", " ", StringComparison.Ordinal);
        string install = InstallLine().Match(text).Groups["packages"].Value;
        string[] packages = [.. Words(install).Where(word => !word.StartsWith('-') && !word.StartsWith('/'))];
        Assert.True(packages.Length > 4);
        Assert.All(packages, package => Assert.Contains(package, known));
    }

    [NeedsProgramFact("bash")]
    public void Every_shell_script_is_one()
    {
        string[] scripts =
        [
            Path.Combine(Repository.Root, "edgefusion"),
            .. Repository.Files("deploy", ".sh"), .. Repository.Files(".ci", "run"),
        ];
        Assert.All(scripts, script => Assert.Equal((0, ""), Run("bash", ["-n", script])));
    }

    private static WorkerOptions Load(string json)
    {
        using var stream = new MemoryStream(System.Text.Encoding.UTF8.GetBytes(json));
        return WorkerConfiguration.Bind(new ConfigurationBuilder().AddJsonStream(stream).Build(), "a manifest");
    }

    private static IEnumerable<(string File, string Line)> Lines(string instruction) =>
        Dockerfiles.SelectMany(name => File.ReadAllLines(Path.Combine(Repository.Root, "deploy/docker", name))
            .Where(line => line.StartsWith(instruction, StringComparison.Ordinal))
            .Select(line => (name, line)));

    private static string[] Words(string line) => line.Split(' ', StringSplitOptions.RemoveEmptyEntries);

    private static (int Code, string Output) Run(string program, string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        Task<string> errors = process.StandardError.ReadToEndAsync();
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, (output + errors.Result).Trim());
    }

    [GeneratedRegex(@"^  robot-\d+\.json: \|$", RegexOptions.Multiline)]
    private static partial Regex RobotFile();

    [GeneratedRegex("apt-get install -y --no-install-recommends (?<packages>.*?) &&")]
    private static partial Regex InstallLine();
}
