using System.Globalization;
using System.Text;
using EdgeFusion.Diagnostics;
using EdgeFusion.Sensing;
using EdgeFusion.Worker.Dashboard.Foxglove;
using EdgeFusion.Worker.Live;

namespace EdgeFusion.Worker.Dashboard;

/// <summary>Counters in the text format of Prometheus, version 0.0.4.</summary>
internal static class PrometheusText
{
    private static readonly double[] Quantiles = [0.5, 0.9, 0.99];

    public static string Write(LiveSession session, int viewers, FoxgloveBridge foxglove)
    {
        var text = new StringBuilder(4_096);
        Head(text, "edgefusion_windows_total", "counter", "Windows cut, each with a prediction.");
        Line(text, "edgefusion_windows_total", "", session.Pipeline.Windows);
        Head(text, "edgefusion_windows_skipped_total", "counter", "Windows passed over, by reason.");
        Line(text, "edgefusion_windows_skipped_total", "reason=\"busy\"", session.Pipeline.Skips.Busy);
        Line(text, "edgefusion_windows_skipped_total", "reason=\"late\"", session.Pipeline.Skips.Late);
        Head(text, "edgefusion_ring_overruns_total", "counter", "Windows in which a sensor lapped the binder.");
        Line(text, "edgefusion_ring_overruns_total", "", session.Pipeline.Overruns);
        Head(text, "edgefusion_dashboard_viewers", "gauge", "Viewers of the page.");
        Line(text, "edgefusion_dashboard_viewers", "", viewers);
        Head(text, "edgefusion_foxglove_viewers", "gauge", "Clients of the streams for Foxglove.");
        Line(text, "edgefusion_foxglove_viewers", "", foxglove.Viewers);
        Head(text, "edgefusion_foxglove_dropped_total", "counter", "Messages that such clients were too slow for.");
        Line(text, "edgefusion_foxglove_dropped_total", "", foxglove.Lost);
        Sensors(text, session);
        Stages(text, session.Pipeline.Stages);
        Transport(text, session);
        return text.ToString();
    }

    private static void Sensors(StringBuilder text, LiveSession session)
    {
        Head(text, "edgefusion_samples_taken_total", "counter", "Samples taken into the ring.");
        foreach (SensorHost host in session.Pipeline.Sensors)
        {
            Line(text, "edgefusion_samples_taken_total", Label("sensor", host.Info.Name),
                host.Gate.Count(SampleRejection.None));
        }

        Head(text, "edgefusion_samples_rejected_total", "counter", "Samples kept out, by reason.");
        foreach (SensorHost host in session.Pipeline.Sensors)
        {
            foreach (SampleRejection reason in Enum.GetValues<SampleRejection>())
            {
                if (reason != SampleRejection.None)
                {
                    Line(text, "edgefusion_samples_rejected_total",
                        $"{Label("sensor", host.Info.Name)},{Label("reason", reason.ToString())}",
                        host.Gate.Count(reason));
                }
            }
        }

        Head(text, "edgefusion_sensor_live", "gauge", "1 while the sensor delivers.");
        foreach (SensorHost host in session.Pipeline.Sensors)
        {
            Line(text, "edgefusion_sensor_live", Label("sensor", host.Info.Name),
                host.State == SensorState.Live ? 1 : 0);
        }

        Head(text, "edgefusion_sensor_restarts_total", "counter", "Times the device was opened again.");
        foreach (SensorHost host in session.Pipeline.Sensors)
        {
            Line(text, "edgefusion_sensor_restarts_total", Label("sensor", host.Info.Name), host.Restarts);
        }
    }

    private static void Stages(StringBuilder text, StageMeter stages)
    {
        Head(text, "edgefusion_stage_seconds", "summary", "Duration per stage of a window.");
        Stage(text, "wait", stages.Wait);
        Stage(text, "ready", stages.Ready);
        Stage(text, "bind", stages.Bind);
        Stage(text, "infer", stages.Infer);
        Stage(text, "decode", stages.Decode);
        Stage(text, "total", stages.Total);
    }

    private static void Stage(StringBuilder text, string name, LatencyHistogram stage)
    {
        foreach (double quantile in Quantiles)
        {
            string labels = FormattableString.Invariant($"{Label("stage", name)},quantile=\"{quantile}\"");
            Line(text, "edgefusion_stage_seconds", labels, stage.PercentileNanoseconds(quantile) / 1e9);
        }

        Line(text, "edgefusion_stage_seconds_count", Label("stage", name), stage.Count);
    }

    private static void Transport(StringBuilder text, LiveSession session)
    {
        if (session.Outbox is { } outbox)
        {
            Head(text, "edgefusion_outbox_messages_total", "counter", "Messages by what became of them.");
            Line(text, "edgefusion_outbox_messages_total", Label("outcome", "published"), outbox.Published);
            Line(text, "edgefusion_outbox_messages_total", Label("outcome", "evicted"), outbox.Evicted);
            Head(text, "edgefusion_outbox_waiting", "gauge", "Messages that wait for the broker.");
            Line(text, "edgefusion_outbox_waiting", "", outbox.Waiting);
            Head(text, "edgefusion_broker_reconnects_total", "counter", "Connections made again.");
            Line(text, "edgefusion_broker_reconnects_total", "", outbox.Reconnects);
        }

        if (session.Recorder is { } recorder)
        {
            Head(text, "edgefusion_recorder_messages_total", "counter", "What is recorded, by what became of it.");
            Line(text, "edgefusion_recorder_messages_total", Label("outcome", "written"), recorder.Written);
            Line(text, "edgefusion_recorder_messages_total", Label("outcome", "lost"), recorder.Lost);
        }
    }

    private static void Head(StringBuilder text, string name, string type, string help) =>
        text.Append("# HELP ").Append(name).Append(' ').Append(help).Append("\n# TYPE ").Append(name).Append(' ')
            .Append(type).Append('\n');

    private static string Label(string name, string value)
    {
        string escaped = value.Replace("\\", @"\\", StringComparison.Ordinal)
            .Replace("\"", "\\\"", StringComparison.Ordinal);
        return $"{name}=\"{escaped}\"";
    }

    private static void Line(StringBuilder text, string name, string labels, double value)
    {
        text.Append(name);
        if (labels.Length > 0)
        {
            text.Append('{').Append(labels).Append('}');
        }

        text.Append(' ').Append(value.ToString("R", CultureInfo.InvariantCulture)).Append('\n');
    }
}
