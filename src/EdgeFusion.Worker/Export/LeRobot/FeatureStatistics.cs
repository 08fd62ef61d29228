using System.Text.Json.Nodes;

namespace EdgeFusion.Worker.Export.LeRobot;

/// <summary>Smallest, largest, mean and spread of a feature, per element.</summary>
internal sealed class FeatureStatistics(int width)
{
    private readonly double[] _least = [.. Enumerable.Repeat(double.PositiveInfinity, width)];
    private readonly double[] _most = [.. Enumerable.Repeat(double.NegativeInfinity, width)];
    private readonly double[] _mean = new double[width];
    private readonly double[] _squares = new double[width];
    private readonly long[] _seen = new long[width];

    /// <summary>Rows counted.</summary>
    public long Count { get; set; }

    /// <summary>Takes a value; Welford's way, which loses no digits over long episodes.</summary>
    public void Add(int element, double value)
    {
        _least[element] = Math.Min(_least[element], value);
        _most[element] = Math.Max(_most[element], value);
        double before = value - _mean[element];
        _mean[element] += before / ++_seen[element];
        _squares[element] += before * (value - _mean[element]);
    }

    /// <summary>As LeRobot keeps it; of pictures each element stands in two more brackets.</summary>
    public JsonObject ToJson(bool isPicture) => new()
    {
        ["min"] = Array(_least, isPicture),
        ["max"] = Array(_most, isPicture),
        ["mean"] = Array(_mean, isPicture),
        ["std"] = Array(
            [.. _squares.Zip(_seen, (squares, seen) => Math.Sqrt(squares / Math.Max(1, seen)))], isPicture),
        ["count"] = new JsonArray(Count),
    };

    private static JsonArray Array(double[] values, bool isPicture)
    {
        var array = new JsonArray();
        foreach (double value in values)
        {
            array.Add(isPicture ? (JsonNode)new JsonArray(new JsonArray(value)) : JsonValue.Create(value));
        }

        return array;
    }
}
