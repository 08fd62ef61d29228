using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Xml.Linq;

namespace EdgeFusion.Worker.Regress;

/// <summary>The result for programs: JSON, and JUnit for build servers.</summary>
internal static class RegressFiles
{
    private static readonly JsonSerializerOptions Indented = new()
    {
        WriteIndented = true,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    public static string Json(RegressResult result) => new JsonObject
    {
        ["model"] = result.Request.Model,
        ["against"] = result.Request.Against,
        ["passed"] = result.Faults.Count == 0,
        ["faults"] = new JsonArray([.. result.Faults.Select(f => (JsonNode)f)]),
        ["windows"] = result.Windows,
        ["unmatched"] = result.Unmatched,
        ["agreement"] = result.Agreement,
        ["infer_p50_ms"] = result.NowP50Ms,
        ["infer_p50_ms_before"] = result.BeforeP50Ms,
        ["heads"] = new JsonArray([.. result.Now.Keys.Select(head => new JsonObject
        {
            ["name"] = head,
            ["accuracy"] = RegressResult.Accuracy(result.Now, head),
            ["accuracy_before"] = RegressResult.Accuracy(result.Before, head),
            ["labelled"] = result.Now[head].Labelled,
        })]),
        ["recordings"] = new JsonArray([.. result.Recordings.Select(Recording)]),
    }.ToJsonString(Indented);

    public static XDocument JUnit(RegressResult result)
    {
        IEnumerable<XElement> cases = result.Recordings.Select(recording => new XElement(
            "testcase", new XAttribute("classname", "edgefusion.regress"), new XAttribute("name", recording.Name),
            Failure(recording, result.Request)));
        var overall = new XElement(
            "testcase", new XAttribute("classname", "edgefusion.regress"), new XAttribute("name", "all recordings"),
            result.Faults.Select(fault => new XElement("failure", new XAttribute("message", fault))));
        XElement[] all = [.. cases, overall];
        return new XDocument(new XElement(
            "testsuite", new XAttribute("name", "edgefusion regress"), new XAttribute("tests", all.Length),
            new XAttribute("failures", all.Count(c => c.Element("failure") is not null)), all));
    }

    private static XElement? Failure(RecordingComparison recording, RegressRequest request)
    {
        string? message = recording.Failure
            ?? (recording.Agreement < request.MinAgreement ? string.Create(
                CultureInfo.InvariantCulture, $"agreement {recording.Agreement:F4} of {recording.Windows} windows")
            : null);
        return message is null ? null : new XElement("failure", new XAttribute("message", message));
    }

    /// <summary>What one recording shows.</summary>
    public static JsonNode Recording(RecordingComparison recording) => new JsonObject
    {
        ["name"] = recording.Name,
        ["failure"] = recording.Failure,
        ["windows"] = recording.Windows,
        ["unmatched"] = recording.Unmatched,
        ["agreement"] = recording.Agreement,
        ["infer_p50_ms"] = recording.Now.InferP50Ms,
        ["infer_p99_ms"] = recording.Now.InferP99Ms,
        ["infer_p50_ms_before"] = recording.Before.InferP50Ms,
        ["changed"] = new JsonArray([.. recording.Changed.Select(changed => new JsonObject
        {
            ["seconds"] = changed.Seconds,
            ["end_ns"] = changed.EndNs,
            ["head"] = changed.Head,
            ["now"] = Top(changed.Now),
            ["before"] = Top(changed.Before),
        })]),
    };

    private static JsonArray Top(TopScores scores)
    {
        var top = new JsonArray(new JsonObject { ["label"] = scores.First, ["score"] = scores.FirstScore });
        if (scores.Second.Length > 0)
        {
            top.Add(new JsonObject { ["label"] = scores.Second, ["score"] = scores.SecondScore });
        }

        return top;
    }
}
