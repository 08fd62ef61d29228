using System.Text.Json;

namespace EdgeFusion.Linux.Tests.Mqtt.Sparkplug;

/// <summary>
/// Assertions of the Sparkplug 3.0 specification by their ids, as questions about a run. Left out are those about
/// hosts, brokers, templates, data sets and device commands, which an edge node of ours has nothing of.
/// </summary>
internal static class SparkplugAssertions
{
    private const int Boolean = 11;
    private const int Int64 = 4;

    public static readonly SortedDictionary<string, Func<SparkplugRun, bool>> ById = new(StringComparer.Ordinal)
    {
        ["topic-structure-namespace-a"] = run => All(
            run, m => m.Topic.StartsWith("spBv1.0/EdgeFusion/", StringComparison.Ordinal)),
        ["topic-structure-namespace-device-id-associated-message-types"] = run => All(
            run, m => m.Kind[0] == 'N' == (m.Device.Length == 0)),
        ["topics-nbirth-topic"] = run => Has(run, "NBIRTH", m => m.Topic == "spBv1.0/EdgeFusion/NBIRTH/cell"),
        ["topics-nbirth-mqtt"] = run => Has(run, "NBIRTH", IsPlain),
        ["topics-nbirth-timestamp"] = run => Has(run, "NBIRTH", HasTimestamp),
        ["topics-nbirth-seq-num"] = run => Has(run, "NBIRTH", m => m.Sequence == 0),
        ["topics-nbirth-metric-reqs"] = run => Has(run, "NBIRTH", m => m.Metrics.All(IsWhole)),
        ["topics-nbirth-metrics"] = run => AreDeclared(run, "NBIRTH", "NDATA"),
        ["topics-nbirth-rebirth-metric"] = run => Has(run, "NBIRTH", m => Rebirth(m) is { } metric
            && metric.GetProperty("datatype").GetInt32() == Boolean
            && !metric.GetProperty("booleanValue").GetBoolean()),
        ["operational-behavior-data-commands-rebirth-name-aliases"] = run => Has(
            run, "NBIRTH", m => !Rebirth(m)!.Value.TryGetProperty("alias", out _)),
        ["topics-nbirth-bdseq-included"] = run => Has(run, "NBIRTH", m => BirthNumber(m) is not null),
        ["topics-nbirth-bdseq-matching"] = run => Of(run, "NDEATH").Take(2).All(
            death => BirthNumber(death) == BirthNumber(Of(run, "NBIRTH")[0])),
        ["topics-nbirth-bdseq-increment"] = run =>
            Of(run, "NBIRTH").Select(BirthNumber).SequenceEqual(new long?[] { 0, 0, 1 }),
        ["payloads-nbirth-bdseq-repeat"] = run => BirthNumber(Of(run, "NBIRTH")[^1]) == BirthNumber(run.Messages[^1]),
        ["operational-behavior-data-commands-rebirth-action-1"] = run => BirthsAgain(run).Length == 4,
        ["operational-behavior-data-commands-rebirth-action-2"] = run => BirthsAgain(run).Select(m => m.Kind)
            .SequenceEqual(["NBIRTH", "DBIRTH", "DBIRTH", "DBIRTH"]),
        ["operational-behavior-data-commands-rebirth-action-3"] = run =>
            BirthNumber(BirthsAgain(run)[0]) == BirthNumber(Of(run, "NBIRTH")[0]),
        ["topics-ndeath-topic"] = run => Has(run, "NDEATH", m => m.Topic == "spBv1.0/EdgeFusion/NDEATH/cell"),
        ["topics-ndeath-payload"] = run => Has(
            run, "NDEATH", m => m.Metrics.Length == 1 && BirthNumber(m) is not null),
        ["topics-ndeath-seq"] = run => Has(run, "NDEATH", m => m.Sequence is null),
        ["payloads-ndeath-will-message-qos"] = run => Has(run, "NDEATH", m => m.Quality == 1),
        ["payloads-ndeath-will-message-retain"] = run => Has(run, "NDEATH", m => !m.Retain),
        ["operational-behavior-edge-node-intentional-disconnect-ndeath"] = run =>
            run.Messages[..run.EndOfFirst].Count(m => m.Kind == "NDEATH") == 2,
        ["topics-dbirth-topic"] = run => Has(run, "DBIRTH", m => m.Device is "fusion" or "wrist" or "arm"),
        ["topics-dbirth-mqtt"] = run => Has(run, "DBIRTH", IsPlain),
        ["topics-dbirth-timestamp"] = run => Has(run, "DBIRTH", HasTimestamp),
        ["topics-dbirth-metric-reqs"] = run => Has(run, "DBIRTH", m => m.Metrics.All(IsWhole)),
        ["topics-dbirth-metrics"] = run => AreDeclared(run, "DBIRTH", "DDATA"),
        ["payloads-dbirth-order"] = run => run.Messages[0].Kind == "NBIRTH",
        ["payloads-ddata-order"] = run => run.Messages.TakeWhile(m => !m.IsData).Select(m => m.Kind)
            .SequenceEqual(["NBIRTH", "DBIRTH", "DBIRTH"]),
        ["topics-ddata-mqtt"] = run => Has(run, "DDATA", IsPlain),
        ["topics-ddata-timestamp"] = run => Has(run, "DDATA", HasTimestamp),
        ["topics-ndata-mqtt"] = run => Has(run, "NDATA", IsPlain),
        ["topics-ndata-timestamp"] = run => Has(run, "NDATA", HasTimestamp),
        ["payloads-name-birth-data-requirement"] = run => All(
            run, m => !(m.IsBirth || m.IsData) || m.Metrics.All(metric => metric.TryGetProperty("timestamp", out _))),
        ["payloads-metric-datatype-req"] = run => All(
            run, m => !m.IsBirth || m.Metrics.All(metric => metric.TryGetProperty("datatype", out _))),
        ["payloads-metric-datatype-not-req"] = run => All(
            run, m => !m.IsData || m.Metrics.All(metric => !metric.TryGetProperty("datatype", out _))),
        ["payloads-alias-uniqueness"] = run => AliasesAreUnique(run),
        ["payloads-alias-birth-requirement"] = run => All(run, m => !m.IsBirth || m.Metrics.All(
            metric => metric.TryGetProperty("name", out JsonElement name) && (metric.TryGetProperty("alias", out _)
                || name.GetString() is "bdSeq" or "Node Control/Rebirth"))),
        ["payloads-alias-data-cmd-requirement"] = run => All(run, m => !m.IsData || m.Metrics.All(
            metric => metric.TryGetProperty("alias", out _) && !metric.TryGetProperty("name", out _))),
        ["payloads-sequence-num-always-included"] = run => All(
            run, m => m.Kind is "NDEATH" or "NCMD" || m.Sequence is not null),
        ["payloads-sequence-num-incrementing"] = SequenceIncrements,
        ["operational-behavior-device-ddeath"] = run => Has(run, "DDEATH", m => m.Device == "wrist"),
        ["topics-ddeath-mqtt"] = run => Has(run, "DDEATH", IsPlain),
        ["payloads-ddeath-timestamp"] = run => Has(run, "DDEATH", HasTimestamp),
        ["payloads-ddeath-seq-inc"] = SequenceIncrements,
        ["operational-behavior-data-publish-dbirth-change"] = run =>
            run.Messages[..run.EndOfFirst].Count(m => m.Kind == "DDATA") == 4,
        ["operational-behavior-data-publish-dbirth-values"] = run => Has(run, "DBIRTH", m => m.Metrics.All(HasValue)),
        ["operational-behavior-data-publish-nbirth-values"] = run => Has(run, "NBIRTH", m => m.Metrics.All(HasValue)),
        ["payloads-propertyset-quality-value-type"] = run => Qualities(run).All(
            quality => quality.GetProperty("type").GetInt32() == 3),
        ["payloads-propertyset-quality-value-value"] = run => Qualities(run).Length > 0 && Qualities(run).All(
            quality => quality.GetProperty("intValue").GetInt32() is 0 or 192 or 500),
        ["case-sensitivity-metric-names"] = run => All(run, m => !m.IsBirth || m.Metrics
            .Select(metric => metric.GetProperty("name").GetString()!.ToUpperInvariant()).ToHashSet().Count
            == m.Metrics.Length),
    };

    private static SparkplugMessage[] Of(SparkplugRun run, string kind) =>
        [.. run.Messages.Where(message => message.Kind == kind)];

    private static bool All(SparkplugRun run, Func<SparkplugMessage, bool> holds) => run.Messages.All(holds);

    private static bool Has(SparkplugRun run, string kind, Func<SparkplugMessage, bool> holds) =>
        Of(run, kind) is { Length: > 0 } messages && messages.All(holds);

    private static bool IsPlain(SparkplugMessage message) => message is { Quality: 0, Retain: false };

    private static bool HasTimestamp(SparkplugMessage message) =>
        message.Payload.GetProperty("timestamp").GetInt64() > 1_600_000_000_000;

    private static bool IsWhole(JsonElement metric) => metric.TryGetProperty("name", out _)
        && metric.TryGetProperty("datatype", out _) && metric.TryGetProperty("timestamp", out _) && HasValue(metric);

    private static bool HasValue(JsonElement metric)
    {
        bool isNull = metric.TryGetProperty("isNull", out JsonElement flag) && flag.GetBoolean();
        bool value = metric.EnumerateObject().Any(p => p.Name.EndsWith("Value", StringComparison.Ordinal));
        return isNull != value;
    }

    private static JsonElement? Rebirth(SparkplugMessage message) => message.Metric("Node Control/Rebirth");

    private static long? BirthNumber(SparkplugMessage message) =>
        message.Metric("bdSeq") is { } metric && metric.GetProperty("datatype").GetInt32() == Int64
            ? metric.GetProperty("longValue").GetInt64()
            : null;

    /// <summary>From the rebirth on, as many messages as there are node and devices.</summary>
    private static SparkplugMessage[] BirthsAgain(SparkplugRun run)
    {
        int command = Array.FindIndex(run.Messages, message => message.Kind == "NCMD");
        return [.. run.Messages.Skip(command + 1).SkipWhile(m => m.Kind != "NBIRTH").Take(4)];
    }

    /// <summary>What data tells was in the births before.</summary>
    private static bool AreDeclared(SparkplugRun run, string birth, string data) => Of(run, data).All(
        message => message.Metrics.All(metric => Of(run, birth)
            .Where(born => born.Device == message.Device).SelectMany(born => born.Metrics)
            .Any(born => born.TryGetProperty("alias", out JsonElement alias)
                && alias.GetInt64() == metric.GetProperty("alias").GetInt64())));

    private static bool AliasesAreUnique(SparkplugRun run)
    {
        var owners = new Dictionary<long, string>();
        foreach (SparkplugMessage message in run.Messages.Where(m => m.IsBirth))
        {
            foreach (JsonElement metric in message.Metrics)
            {
                string owner = $"{message.Device}/{metric.GetProperty("name").GetString()}";
                if (metric.TryGetProperty("alias", out JsonElement alias)
                    && !owners.TryAdd(alias.GetInt64(), owner) && owners[alias.GetInt64()] != owner)
                {
                    return false;
                }
            }
        }

        return owners.Count > 0;
    }

    private static bool SequenceIncrements(SparkplugRun run)
    {
        long expected = 0;
        foreach (SparkplugMessage message in run.Messages.Where(m => m.Sequence is not null && m.Kind != "NCMD"))
        {
            expected = message.Kind == "NBIRTH" ? 0 : expected;
            if (message.Sequence != expected)
            {
                return false;
            }

            expected = (expected + 1) % 256;
        }

        return true;
    }

    private static JsonElement[] Qualities(SparkplugRun run) => [.. run.Messages.SelectMany(m => m.Metrics)
        .Where(metric => metric.TryGetProperty("properties", out _))
        .Select(metric => metric.GetProperty("properties"))
        .Where(properties => properties.GetProperty("keys")[0].GetString() == "Quality")
        .Select(properties => properties.GetProperty("values")[0])];
}
