using System.Text.RegularExpressions;
using EdgeFusion.Testing;
using EdgeFusion.Worker.Commands;
using EdgeFusion.Worker.Tests.House;

namespace EdgeFusion.Worker.Tests.Docs;

/// <summary>What the documents tell people to type works.</summary>
public sealed partial class DocsTests
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(4);

    /// <summary>Verbs of the front door that are not the worker's.</summary>
    private static readonly string[] FrontDoor = ["setup", "test", "train"];

    /// <summary>Programs of others that documents call.</summary>
    private static readonly string[] Foreign =
    [
        "apt", "apt-get", "cat", "cd", "chmod", "chown", "cp", "curl", "docker", "dotnet", "dpkg", "echo", "git",
        "install", "journalctl", "k3s", "kill", "kubectl", "ls", "mkdir", "mosquitto", "mosquitto_passwd",
        "mosquitto_pub", "mosquitto_sub", "mv", "nats-server", "node", "npm", "openssl", "python3", "sh",
        "sha256sum", "systemctl", "systemd-analyze", "tee", "test", "torchrun", "udevadm", "usermod",
    ];

    [Fact]
    public void Every_block_of_commands_says_whether_it_is_run()
    {
        string[] faults = [.. DocBlock.All()
            .Where(block => block.IsShell ? !block.IsMarked : block.Language.Length == 0 && LooksLikeCommands(block))
            .Select(block => block.IsShell
                ? $"{block}: no marker: <!-- run --> or <!-- parse: why it is not run --> on the line before"
                : $"{block}: commands, but not tagged sh")];

        Assert.True(faults.Length == 0, string.Join('\n', faults));
    }

    [Fact]
    public void Every_command_that_is_not_run_parses()
    {
        var faults = new List<string>();
        foreach (DocBlock block in DocBlock.All().Where(block => block.IsShell && !block.Runs))
        {
            foreach (string[] command in ShellLine.Commands(block.Content))
            {
                if (Fault(command) is { } fault)
                {
                    faults.Add($"{block}: {string.Join(' ', command)}: {fault}");
                }
            }
        }

        Assert.True(faults.Count == 0, string.Join('\n', faults));
    }

    [Fact]
    public void Every_command_within_a_sentence_parses()
    {
        var faults = new List<string>();
        foreach (string file in DocBlock.Documents())
        {
            foreach (Match span in InlineCommand().Matches(File.ReadAllText(file)))
            {
                string text = span.Groups["command"].Value.ReplaceLineEndings(" ");
                string? fault = Placeholder().IsMatch(text)
                    ? null
                    : ShellLine.Commands([text]).Select(words => Fault(words, whole: false))
                        .FirstOrDefault(f => f is not null);
                if (fault is not null)
                {
                    faults.Add($"{Repository.Relative(file)}: {text}: {fault}");
                }
            }
        }

        Assert.True(faults.Count == 0, string.Join('\n', faults));
    }

    [NeedsProgramFact("mosquitto")]
    public void Every_block_that_is_run_runs()
    {
        var faults = new List<string>();
        DocBlock[] blocks = [.. DocBlock.All().Where(block => block.IsShell && block.Runs)];
        foreach (DocBlock block in blocks)
        {
            using var sandbox = new DocSandbox();
            if (sandbox.Run(block, Limit) is { } fault)
            {
                faults.Add(fault);
            }
        }

        Assert.True(blocks.Length >= 3, "hardly any document is run");
        Assert.True(faults.Count == 0, string.Join('\n', faults));
    }

    [Fact]
    public void Every_link_between_documents_leads_somewhere()
    {
        string[] faults = [.. DocBlock.Documents().SelectMany(file => Link().Matches(File.ReadAllText(file))
            .Select(link => link.Groups["target"].Value.Split('#')[0])
            .Where(target => target.Length > 0 && !target.Contains("://", StringComparison.Ordinal)
                && !Path.Exists(Path.Combine(Path.GetDirectoryName(file)!, target)))
            .Select(target => $"{Repository.Relative(file)}: {target}"))];

        Assert.True(faults.Length == 0, string.Join('\n', faults));
    }

    [Theory]
    [InlineData("A=1 ./edgefusion demo  # x", "./edgefusion demo")]
    [InlineData("sudo a 'b c' | d && e; f &", "a b c/d/e/f")]
    [InlineData("a -m '{\"b\": \"c | d\"}' \\\n  e", "a -m {\"b\": \"c | d\"} e")]
    [InlineData("# nothing", "")]
    public void Commands_are_taken_out_of_the_shells_words(string text, string expected) => Assert.Equal(
        expected, string.Join('/', ShellLine.Commands(text.Split('\n')).Select(words => string.Join(' ', words))));

    [Fact]
    public void A_wrong_option_in_a_document_is_seen()
    {
        Assert.NotNull(Fault(["./edgefusion", "demo", "--colour"]));
        Assert.NotNull(Fault(["edgefusion", "dance"]));
        Assert.NotNull(Fault(["deploy/no-such-script.sh"]));
        Assert.NotNull(Fault(["no-such-program"]));
        Assert.Null(Fault(["./edgefusion", "run", "--config", "config/edgefusion.json"]));
    }

    private static bool LooksLikeCommands(DocBlock block) => block.Content.Any(line => CommandLike().IsMatch(line));

    /// <summary>What is wrong with a command; null where nothing is.</summary>
    /// <param name="command">Its words.</param>
    /// <param name="whole">Whether everything that it needs must be there; a sentence may name a verb alone.</param>
    private static string? Fault(string[] command, bool whole = true)
    {
        string program = command[0];
        if (program is "./edgefusion" or "edgefusion")
        {
            return command.Length > 1 && FrontDoor.Contains(command[1])
                ? null
                : CommandLine.Root().Parse(command[1..]).Errors
                    .Select(error => error.Message).FirstOrDefault(text => whole || !Missing().IsMatch(text));
        }

        if (program.Contains('/', StringComparison.Ordinal))
        {
            return program[0] == '/' || File.Exists(Path.Combine(Repository.Root, program))
                ? null
                : "there is no such script";
        }

        return Foreign.Contains(program) ? null : "an unknown program";
    }

    [GeneratedRegex(
        @"^\s*(\$ |sudo |\./|edgefusion [a-z]|apt(-get)? install|docker |kubectl |python3 -m|mosquitto_[a-z]+ -)")]
    private static partial Regex CommandLike();

    [GeneratedRegex(@"(?<!`)`(?<command>(\./)?edgefusion [a-z][^`]*)`(?!`)")]
    private static partial Regex InlineCommand();

    // A word in capitals, dots or brackets stand for something of the reader's; bars for a choice.
    [GeneratedRegex(@"(^|[\s=/])[A-Z][A-Z_]*\b|\.\.\.|<|\[|\w\|\w")]
    private static partial Regex Placeholder();

    [GeneratedRegex("is required|Required (argument|command)|Cannot parse argument '--")]
    private static partial Regex Missing();

    [GeneratedRegex(@"(?<!`)\]\((?<target>[^)\s]+)\)")]
    private static partial Regex Link();
}
