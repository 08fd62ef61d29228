using System.Text.Json;

namespace EdgeFusion.Worker.Regress;

/// <summary>What a model said about a window.</summary>
/// <param name="StartNs">Begin of the window.</param>
/// <param name="EndNs">End of the window.</param>
/// <param name="Heads">Classification heads by name; empty where there were no scores.</param>
internal sealed record PredictedWindow(long StartNs, long EndNs, IReadOnlyDictionary<string, TopScores> Heads)
{
    /// <summary>Reads a line of `replay --out`.</summary>
    /// <exception cref="RecordingException">The line is something else.</exception>
    public static PredictedWindow Parse(string line, string path)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(line);
            JsonElement window = document.RootElement.GetProperty("window");
            var heads = new Dictionary<string, TopScores>(StringComparer.Ordinal);
            foreach (JsonProperty head in document.RootElement.GetProperty("heads").EnumerateObject())
            {
                if (head.Value.TryGetProperty("scores", out JsonElement scores)
                    && scores.ValueKind == JsonValueKind.Object)
                {
                    heads.Add(head.Name, TopScores.Of(scores));
                }
            }

            return new PredictedWindow(
                window.GetProperty("start_ns").GetInt64(), window.GetProperty("end_ns").GetInt64(), heads);
        }
        catch (Exception fault) when (fault is JsonException or KeyNotFoundException or InvalidOperationException
            or FormatException)
        {
            throw new RecordingException($"'{path}' holds a line that is no prediction of replay --out.", fault);
        }
    }
}

/// <summary>The two best labels of a head.</summary>
internal readonly record struct TopScores(string First, double FirstScore, string Second, double SecondScore)
{
    /// <summary>Picks them from label: score.</summary>
    public static TopScores Of(JsonElement scores)
    {
        var top = new TopScores("", double.NegativeInfinity, "", double.NegativeInfinity);
        foreach (JsonProperty entry in scores.EnumerateObject())
        {
            double score = entry.Value.GetDouble();
            if (score > top.FirstScore)
            {
                top = new TopScores(entry.Name, score, top.First, top.FirstScore);
            }
            else if (score > top.SecondScore)
            {
                top = top with { Second = entry.Name, SecondScore = score };
            }
        }

        return top;
    }
}
