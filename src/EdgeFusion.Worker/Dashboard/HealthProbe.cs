using EdgeFusion.Time;
using EdgeFusion.Worker.Live;
using Microsoft.AspNetCore.Http;

namespace EdgeFusion.Worker.Dashboard;

/// <summary>
/// Whether the worker does its work: windows leave. Sensors and brokers may be dead; the predictions go on and say so.
/// </summary>
/// <remarks><b>Threading.</b> Any thread.</remarks>
internal sealed class HealthProbe(LiveSession session)
{
    /// <summary>Time without a window after which the pipeline counts as stuck.</summary>
    private static readonly TimeSpan LeastPatience = TimeSpan.FromSeconds(5);

    private readonly Lock _lock = new();
    private readonly Timestamp _started = session.Clock.Now;
    private Timestamp _progress = session.Clock.Now;
    private long _windows;

    /// <summary>Whether probes keep <see cref="Notice"/> to themselves: strangers may ask. Default false.</summary>
    public bool Discreet { get; init; }

    /// <summary>What is not as it was asked for; null where all is well.</summary>
    public string? Notice => session.Notice;

    /// <summary>Windows cut so far.</summary>
    public long Windows => session.Pipeline.Windows;

    /// <summary>Whether a window left lately; at start the first one has its time.</summary>
    public bool IsAlive => Stuck <= Patience;

    /// <summary>Time since the count of windows was seen to grow.</summary>
    public TimeSpan Stuck
    {
        get
        {
            lock (_lock)
            {
                Timestamp now = session.Clock.Now;
                if (session.Pipeline.Windows > _windows)
                {
                    _windows = session.Pipeline.Windows;
                    _progress = Latest() is { } latest && latest > _progress ? latest : now;
                }

                return now - _progress;
            }
        }
    }

    private TimeSpan Patience
    {
        get
        {
            Models.WindowShape shape = session.Pipeline.Manifest.Window;
            long hops = (10 * shape.HopNanoseconds) + shape.LengthNanoseconds + shape.DeadlineNanoseconds;
            var patience = TimeSpan.FromTicks(hops / 100);
            return patience > LeastPatience ? patience : LeastPatience;
        }
    }

    /// <summary>Answers a probe: 200 or 503 and one line of JSON.</summary>
    /// <param name="response">Where to.</param>
    /// <param name="ready">Whether a first prediction is asked for as well.</param>
    /// <param name="stopping">Ends it.</param>
    public Task WriteAsync(HttpResponse response, bool ready, CancellationToken stopping)
    {
        bool good = IsAlive && (!ready || Windows > 0);
        response.StatusCode = good ? StatusCodes.Status200OK : StatusCodes.Status503ServiceUnavailable;
        response.ContentType = "application/json";
        string status = good ? "ok" : IsAlive ? "starting" : "stuck";
        double up = (session.Clock.Now - _started).TotalSeconds;
        double idle = Stuck.TotalSeconds;
        string more = session.Notice is { } text && !Discreet
            ? $",\"notice\":\"{System.Text.Json.JsonEncodedText.Encode(text)}\""
            : "";
        string body = FormattableString.Invariant(
            $$"""{"status":"{{status}}","windows":{{Windows}},"since_last_s":{{idle:F3}},"up_s":{{up:F1}}{{more}}}""");
        return response.WriteAsync(body + "\n", stopping);
    }

    /// <summary>End of the latest window cut; null before the first.</summary>
    private Timestamp? Latest() => session.Pipeline.Windows == 0
        ? null
        : session.Pipeline.Grid.End(session.Pipeline.Windows + session.Pipeline.SkippedWindows - 1);
}
