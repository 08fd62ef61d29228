using System.Text.Json;
using EdgeFusion.Predictions;
using EdgeFusion.Windowing;

namespace EdgeFusion.Worker.Dashboard;

/// <summary>Percentiles per stage over the last windows: what the pipeline does now, not what it did since its start.
/// </summary>
/// <remarks><b>Threading.</b> One thread. Allocates nothing after construction.</remarks>
internal sealed class RecentStages(RecentPredictions recent, int inputs)
{
    /// <summary>Windows looked at: 10 s at 10 Hz. The 99th percentile of 100 is the second largest.</summary>
    private const int Windows = 100;

    private static readonly (string Name, Func<RecentWindow, long> Nanoseconds)[] Stages =
    [
        ("wait", window => window.Times.Cut.NanosecondsSince(window.End)),
        ("ready", window => window.Times.ReadyNanoseconds),
        ("bind", window => window.Times.Bound.NanosecondsSince(window.Times.Cut)),
        ("infer", window => Ran(window) ? window.Times.Inferred.NanosecondsSince(window.Times.Bound) : -1),
        ("decode", window => Ran(window) ? window.Times.Decoded.NanosecondsSince(window.Times.Inferred) : -1),
        ("explain", window => window.IsExplained ? window.Times.ExplainNanoseconds : -1),
        ("total", window => window.TotalNanoseconds),
    ];

    private readonly RecentWindow[] _windows = new RecentWindow[Windows];
    private readonly Presence[] _presence = new Presence[inputs];
    private readonly long[] _sorted = new long[Windows];

    /// <summary>Writes {stage: {p50_ms, p99_ms, max_ms, n}}; a stage that did not happen is left out.</summary>
    public void Write(Utf8JsonWriter json)
    {
        int count = Load();
        json.WriteStartObject();
        foreach ((string name, Func<RecentWindow, long> nanoseconds) in Stages)
        {
            int n = 0;
            for (int i = 0; i < count; i++)
            {
                if (nanoseconds(_windows[i]) is >= 0 and var value)
                {
                    _sorted[n++] = value;
                }
            }

            if (n > 0)
            {
                _sorted.AsSpan(0, n).Sort();
                json.WriteStartObject(name);
                json.WriteNumber("p50_ms", Milliseconds(Rank(n, 50)));
                json.WriteNumber("p99_ms", Milliseconds(Rank(n, 99)));
                json.WriteNumber("max_ms", Milliseconds(n - 1));
                json.WriteNumber("n", n);
                json.WriteEndObject();
            }
        }

        json.WriteEndObject();
    }

    private static bool Ran(RecentWindow window) => window.Times.Inferred > window.Times.Bound;

    /// <summary>Nearest rank.</summary>
    private static int Rank(int count, int percent) => Math.Max(0, (((percent * count) + 99) / 100) - 1);

    private double Milliseconds(int rank) => Math.Round(_sorted[rank] / 1e6, 3);

    private int Load()
    {
        long newest = recent.Count;
        int count = 0;
        for (long number = Math.Max(0, newest - Windows); number < newest; number++)
        {
            count += recent.TryRead(number, out _windows[count], _presence) ? 1 : 0;
        }

        return count;
    }
}
