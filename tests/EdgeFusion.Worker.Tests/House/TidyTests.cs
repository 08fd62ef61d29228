using System.Text.RegularExpressions;

namespace EdgeFusion.Worker.Tests.House;

/// <summary>The rules of style that matter, as tests (the idea is TigerBeetle's tidy).</summary>
public sealed partial class TidyTests
{
    private const int LongestFile = 400;
    private const int LongestLine = 120;
    private const int LongestMethod = 60;

    [Fact]
    public void No_file_is_longer_than_400_lines() =>
        AssertNone(Sources().Where(s => s.Lines.Length > LongestFile).Select(s => $"{s.Name}: {s.Lines.Length} lines"));

    [Fact]
    public void No_line_is_longer_than_120_columns() =>
        AssertNone(Sources().SelectMany(s => s.Lines.Index()
            .Where(line => line.Item.Length > LongestLine)
            .Select(line => $"{s.Name}:{line.Index + 1}: {line.Item.Length} columns")));

    [Fact]
    public void No_method_is_longer_than_60_lines() =>
        AssertNone(Sources().SelectMany(s => Methods(s.Lines)
            .Where(m => m.Length > LongestMethod)
            .Select(m => $"{s.Name}:{m.Line}: {m.Length} lines")));

    [Fact]
    public void Nothing_is_left_unfinished() =>
        AssertNone(Sources().Where(s => !s.Name.EndsWith("TidyTests.cs", StringComparison.Ordinal))
            .SelectMany(s => s.Lines.Index()
                .Where(line => Unfinished().IsMatch(line.Item))
                .Select(line => $"{s.Name}:{line.Index + 1}: {line.Item.Trim()}")));

    [Fact]
    public void No_source_names_a_folder_of_one_machine() =>
        AssertNone(Sources().Where(s => !s.Name.EndsWith("TidyTests.cs", StringComparison.Ordinal))
            .SelectMany(s => s.Lines.Index()
                .Where(line => MachinePath().IsMatch(line.Item))
                .Select(line => $"{s.Name}:{line.Index + 1}: {line.Item.Trim()}")));

    [Fact]
    public void The_method_rule_sees_a_long_method()
    {
        string[] body = [.. Enumerable.Repeat("        ;", 70)];
        string[] lines = ["internal class C", "{", "    void M()", "    {", .. body, "    }", "}"];

        (int line, int length) = Assert.Single(Methods(lines));

        Assert.Equal(3, line);
        Assert.Equal(72, length);
    }

    private static IEnumerable<(string Name, string[] Lines)> Sources() =>
        Repository.Files("src", ".cs").Concat(Repository.Files("tests", ".cs"))
            .Select(file => (Repository.Relative(file), File.ReadAllLines(file)));

    /// <summary>Blocks at member depth whose header has parentheses and is no type: first line and number of
    /// lines.</summary>
    private static IEnumerable<(int Line, int Length)> Methods(string[] lines)
    {
        for (int i = 1; i < lines.Length; i++)
        {
            int indent = lines[i].Length - 1;
            if (lines[i].TrimStart() != "{" || indent is not (4 or 8))
            {
                continue;
            }

            int header = i - 1;
            while (header > 0 && lines[header].Length > indent && char.IsWhiteSpace(lines[header][indent]))
            {
                header--;
            }

            if (!lines[header].Contains('(', StringComparison.Ordinal) || TypeHeader().IsMatch(lines[header])
                || Statement().IsMatch(lines[header]) || lines[header].Contains(" = new", StringComparison.Ordinal))
            {
                continue;
            }

            string end = new string(' ', indent) + "}";
            int last = Array.FindIndex(lines, i, line => line.StartsWith(end, StringComparison.Ordinal));
            yield return (header + 1, last - i + 1);
        }
    }

    private static void AssertNone(IEnumerable<string> faults)
    {
        string[] all = [.. faults];
        Assert.True(all.Length == 0, string.Join('\n', all));
    }

    [GeneratedRegex(@"\b(class|record|struct|interface|enum)\b")]
    private static partial Regex TypeHeader();

    [GeneratedRegex(@"^\s*(if|for|foreach|while|switch|using|lock|fixed|catch|try|else|do)\b")]
    private static partial Regex Statement();

    [GeneratedRegex(@"\b(TODO|FIXME|XXX|HACK)\b|NotImplementedException|Assert\.True\(true\)")]
    private static partial Regex Unfinished();

    [GeneratedRegex(@"[""'\s](/home/|/root/|/work/|[A-Z]:\\Users)")]
    private static partial Regex MachinePath();
}
