using System.Text.Json.Nodes;
using EdgeFusion.Recording.Mcap;
using EdgeFusion.Testing;
using Xunit;
using Xunit.Abstractions;

namespace EdgeFusion.Tests.Recording;

/// <summary>The public MCAP conformance suite, every file of it that is there.</summary>
public sealed class McapConformanceTests(ITestOutputHelper output)
{
    [NeedsFolderFact(ConformanceFile.Variable, ConformanceFile.Folder)]
    public void Streamed_reader_gives_the_expected_records() => Check(ConformanceFile.All(), file =>
    {
        var records = new JsonArray();
        using var reader = new McapStreamReader(File.OpenRead(file.Path));
        while (reader.Read())
            records.Add(ConformanceJson.Of(reader));

        return Compare(file.Records, records);
    });

    [NeedsFolderFact(ConformanceFile.Variable, ConformanceFile.Folder)]
    public void Indexed_reader_gives_the_expected_contents() =>
        Check(ConformanceFile.All().Where(file => file.IsIndexed), file =>
        {
            using var reader = McapIndexedReader.Open(file.Path);
            if (reader.SummaryFault is not null)
                return $"the summary was not used: {reader.SummaryFault}";
            return CompareContents(file, reader, hasStatistics: file.Features.Contains("st"));
        });

    [NeedsFolderFact(ConformanceFile.Variable, ConformanceFile.Folder)]
    public void Indexed_reader_gives_the_same_from_a_scan() => Check(ConformanceFile.All(), file =>
    {
        using var reader = McapIndexedReader.Open(file.Path);
        return CompareContents(file, reader, hasStatistics: false);
    });

    [NeedsFolderFact(ConformanceFile.Variable, ConformanceFile.Folder)]
    public void Writer_gives_the_same_bytes() => Check(ConformanceFile.All(), file =>
    {
        var expected = File.ReadAllBytes(file.Path);
        var actual = ConformanceWriter.Write(file);
        return expected.AsSpan().SequenceEqual(actual)
            ? null
            : $"differs at byte {expected.AsSpan().CommonPrefixLength(actual)}"
                + $" of {expected.Length} ({actual.Length} written)";
    });

    private void Check(IEnumerable<ConformanceFile> files, Func<ConformanceFile, string?> test)
    {
        var failures = new List<string>();
        var count = 0;
        foreach (var file in files)
        {
            count++;
            if (test(file) is { } failure)
                failures.Add($"{Path.GetFileName(file.Path)}: {failure}");
        }

        output.WriteLine($"{count - failures.Count} of {count} files passed");
        Assert.NotEqual(0, count);
        Assert.Empty(failures);
    }

    private static string? CompareContents(ConformanceFile file, McapIndexedReader reader, bool hasStatistics)
    {
        var messages = new JsonArray();
        foreach (var message in reader.ReadMessages())
            messages.Add(ConformanceJson.Of(message));
        var expected = file.Of("Message").OrderBy(
            message => ulong.Parse((string)ConformanceFile.Fields(message)["log_time"]!));
        return Compare(Distinct(file, "Schema"), Array(reader.Schemas.Values.Select(ConformanceJson.Of)))
            ?? Compare(Distinct(file, "Channel"), Array(reader.Channels.Values.Select(ConformanceJson.Of)))
            ?? Compare(Array(expected), messages)
            ?? (hasStatistics
                ? Compare(Array(file.Of("Statistics")), new JsonArray(ConformanceJson.Of(reader.Statistics!)))
                : null);
    }

    /// <summary>Records of a kind, each once: the summary repeats those of the data section.</summary>
    private static JsonArray Distinct(ConformanceFile file, string type) =>
        Array(file.Of(type).DistinctBy(record => record.ToJsonString()));

    private static JsonArray Array(IEnumerable<JsonNode> nodes) =>
        new(nodes.Select(node => node.DeepClone()).ToArray());

    private static string? Compare(JsonArray expected, JsonArray actual) => JsonNode.DeepEquals(expected, actual)
        ? null
        : $"expected {expected.ToJsonString()} but got {actual.ToJsonString()}";
}
