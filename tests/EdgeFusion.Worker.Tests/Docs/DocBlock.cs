using System.Text.RegularExpressions;
using EdgeFusion.Worker.Tests.House;

namespace EdgeFusion.Worker.Tests.Docs;

/// <summary>
/// A fenced block of a document. A block of commands is tagged sh and has a marker on the line before it: run (it is
/// run as it stands) or parse: REASON (it needs hardware, a network or a long time; its commands are parsed).
/// </summary>
/// <param name="File">The document, relative to the repository.</param>
/// <param name="Line">Line of the fence, from 1.</param>
/// <param name="Language">What stands behind the fence; empty where nothing does.</param>
/// <param name="Marker">Content of the comment before the fence; empty where there is none.</param>
/// <param name="Content">The lines inside.</param>
internal sealed partial record DocBlock(string File, int Line, string Language, string Marker, string[] Content)
{
    private static readonly string[] Folders = ["config", "deploy", "models", "src", "tests", ".ci"];

    public bool IsShell => Language == "sh";

    public bool Runs => Marker == "run";

    public bool IsMarked => Runs || ParseMarker().IsMatch(Marker);

    public override string ToString() => $"{File}:{Line}";

    /// <summary>Every block of every document of ours.</summary>
    public static IEnumerable<DocBlock> All() => Documents().SelectMany(Read);

    /// <summary>Every document of ours.</summary>
    public static IEnumerable<string> Documents() => Directory.GetFiles(Repository.Root, "*.md")
        .Concat(Folders.SelectMany(folder => Repository.Files(folder, ".md")));

    private static IEnumerable<DocBlock> Read(string path)
    {
        string[] lines = System.IO.File.ReadAllLines(path);
        for (int i = 0; i < lines.Length; i++)
        {
            if (!lines[i].StartsWith("```", StringComparison.Ordinal))
            {
                continue;
            }

            int end = Array.FindIndex(lines, i + 1, line => line.StartsWith("```", StringComparison.Ordinal));
            Assert.True(end > i, $"{path}:{i + 1}: a fence without an end");
            string marker = i > 0 ? Comment().Match(lines[i - 1]).Groups["text"].Value : "";
            yield return new DocBlock(
                Repository.Relative(path), i + 1, lines[i][3..].Trim(), marker, lines[(i + 1)..end]);
            i = end;
        }
    }

    [GeneratedRegex("^<!-- (?<text>.*) -->$")]
    private static partial Regex Comment();

    [GeneratedRegex("^parse: .{4,}")]
    private static partial Regex ParseMarker();
}
