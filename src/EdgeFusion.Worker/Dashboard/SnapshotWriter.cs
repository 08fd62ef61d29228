using System.Buffers;
using System.Text.Json;
using EdgeFusion.Models;
using EdgeFusion.Predictions;
using EdgeFusion.Publishing;
using EdgeFusion.Sensing;
using EdgeFusion.Time;
using EdgeFusion.Windowing;
using EdgeFusion.Worker.Live;

namespace EdgeFusion.Worker.Dashboard;

/// <summary>Writes what the page shows, a few times per second, as one JSON object.</summary>
/// <remarks>
/// Reads counters, rings and the latest prediction; locks nothing that the pipeline waits for. <b>Threading.</b> One
/// thread.
/// </remarks>
internal sealed class SnapshotWriter : IDisposable
{
    private const string PresenceLetters = "PMLS";

    private readonly LiveSession _session;
    private readonly RecentPredictions _recent;
    private readonly PredictionFormat _format;
    private readonly Prediction _prediction;
    private readonly ArrayBufferWriter<byte> _predictionJson = new(4_096);
    private readonly Presence[] _presence;
    private readonly char[] _letters;
    private readonly RecentStages _stages;
    private readonly Prediction _explained;
    private readonly SensorView[] _sensors;
    private long _shown;

    public SnapshotWriter(LiveSession session, RecentPredictions recent, string node)
    {
        _session = session;
        _recent = recent;
        _format = new PredictionFormat(session.Pipeline.Manifest, new PredictionFormatOptions { Node = node });
        _prediction = new Prediction(session.Pipeline.Manifest);
        _presence = new Presence[session.Pipeline.Manifest.Inputs.Length];
        _letters = new char[_presence.Length];
        _stages = new RecentStages(recent, _presence.Length);
        _explained = new Prediction(session.Pipeline.Manifest);
        _sensors = [.. session.Pipeline.Sensors.Select(host => new SensorView(host))];
        _shown = recent.Count;
    }

    /// <summary>Writes one snapshot.</summary>
    public void Write(IBufferWriter<byte> output)
    {
        Timestamp now = _session.Clock.Now;
        using var json = new Utf8JsonWriter(output);
        json.WriteStartObject();
        json.WriteNumber("time_ms", now.Nanoseconds / 1_000_000);
        json.WriteNumber("windows", _session.Pipeline.Windows);
        json.WriteNumber("skipped", _session.Pipeline.SkippedWindows);
        json.WriteNumber("overruns", _session.Pipeline.Overruns);
        WritePrediction(json);
        WriteExplanation(json);
        WriteTimeline(json);
        WriteSensors(json, now);
        json.WritePropertyName("stages");
        _stages.Write(json);
        WriteTransport(json);
        json.WriteEndObject();
    }

    /// <inheritdoc/>
    public void Dispose() => _format.Dispose();

    private void WritePrediction(Utf8JsonWriter json)
    {
        json.WritePropertyName("prediction");
        if (!_recent.TryReadLatest(_prediction))
        {
            json.WriteNullValue();
            return;
        }

        _predictionJson.ResetWrittenCount();
        _format.WritePrediction(_prediction, _session.Clock.Now, _predictionJson);
        json.WriteRawValue(_predictionJson.WrittenSpan, skipInputValidation: true);
    }

    /// <summary>The newest explanation, which need not be that of the newest prediction; null where none was asked
    /// for.</summary>
    private void WriteExplanation(Utf8JsonWriter json)
    {
        if (!_recent.TryReadExplained(_explained))
        {
            json.WriteNull("explanation");
            return;
        }

        json.WriteStartObject("explanation");
        json.WriteNumber("seq", _explained.Sequence);
        json.WriteStartObject("heads");
        foreach (HeadScores scores in _explained.Heads)
        {
            if (scores.Head.Kind == HeadKind.Classification)
            {
                WriteContributions(json, scores);
            }
        }

        json.WriteEndObject();
        json.WriteEndObject();
    }

    private void WriteContributions(Utf8JsonWriter json, HeadScores scores)
    {
        json.WriteStartObject(scores.Head.Name);
        json.WriteString("label", scores.BestLabel);
        json.WriteStartObject("contributions");
        for (int i = 0; i < scores.Contributions.Length; i++)
        {
            string modality = _explained.Manifest.Inputs[i].Modality;
            if (float.IsFinite(scores.Contributions[i]))
            {
                json.WriteNumber(modality, scores.Contributions[i]);
            }
            else
            {
                json.WriteNull(modality);
            }
        }

        json.WriteEndObject();
        json.WriteEndObject();
    }

    /// <summary>The windows since the last snapshot: what a viewer missed is missing on its timeline only.</summary>
    private void WriteTimeline(Utf8JsonWriter json)
    {
        long count = _recent.Count;
        json.WriteStartArray("timeline");
        for (long number = Math.Max(_shown, count - 64); number < count; number++)
        {
            if (!_recent.TryRead(number, out RecentWindow window, _presence))
            {
                continue;
            }

            for (int i = 0; i < _presence.Length; i++)
            {
                _letters[i] = PresenceLetters[(int)_presence[i]];
            }

            json.WriteStartObject();
            json.WriteNumber("seq", window.Sequence);
            json.WriteNumber("end_ms", window.End.Nanoseconds / 1_000_000);
            json.WriteString("outcome", window.Outcome == CutOutcome.Settled ? "settled" : "deadline");
            json.WriteString("presence", _letters);
            json.WriteNumber("total_ms", Math.Round(window.TotalNanoseconds / 1e6, 2));
            json.WriteEndObject();
        }

        json.WriteEndArray();
        _shown = count;
    }

    private void WriteSensors(Utf8JsonWriter json, Timestamp now)
    {
        json.WriteStartArray("sensors");
        foreach (SensorView sensor in _sensors)
        {
            sensor.Write(json, now);
        }

        json.WriteEndArray();
    }

    private void WriteTransport(Utf8JsonWriter json)
    {
        if (_session.Sender is { } sender)
        {
            OutboxCounters outbox = sender.Counters;
            json.WriteStartObject("outbox");
            json.WriteString("target", sender.Target);
            json.WriteBoolean("connected", sender.IsConnected);
            json.WriteString("storage_problem", sender.StorageProblem);
            json.WriteNumber("enqueued", outbox.Enqueued);
            json.WriteNumber("published", outbox.Published);
            json.WriteNumber("waiting", outbox.Waiting);
            json.WriteNumber("waiting_bytes", outbox.WaitingBytes);
            json.WriteNumber("reconnects", outbox.Reconnects);
            json.WriteStartObject("evicted");
            WriteReason(json, "full", outbox.EvictedFull);
            WriteReason(json, "replaced", outbox.EvictedReplaced);
            WriteReason(json, "expired", outbox.EvictedExpired);
            WriteReason(json, "refused", outbox.EvictedRefused);
            WriteReason(json, "damaged", outbox.EvictedDamaged);
            WriteReason(json, "before the outbox", _session.Pipeline.DroppedBy("publisher"));
            json.WriteEndObject();
            json.WriteEndObject();
        }

        if (_session.Recorder is { } recorder)
        {
            json.WriteStartObject("recorder");
            json.WriteNumber("written", recorder.Written);
            json.WriteNumber("lost", recorder.Lost + _session.Pipeline.DroppedBy(recorder.Name));
            json.WriteEndObject();
        }
    }

    /// <summary>Reasons that never occurred are left out, as in a sensor's account.</summary>
    private static void WriteReason(Utf8JsonWriter json, string reason, long count)
    {
        if (count != 0)
        {
            json.WriteNumber(reason, count);
        }
    }

    /// <summary>One sensor with what is needed to say what changed since the last look.</summary>
    private sealed class SensorView
    {
        private readonly SensorHost _host;
        private readonly VectorTrace? _trace;
        private readonly AudioSpectrum? _spectrum;
        private long _taken;
        private Timestamp _looked = Timestamp.MinValue;

        public SensorView(SensorHost host)
        {
            _host = host;
            _trace = host.Info.Layout is VectorLayout ? new VectorTrace(host.Ring) : null;
            _spectrum = host.Info.Layout is AudioLayout ? new AudioSpectrum(host.Ring) : null;
        }

        public void Write(Utf8JsonWriter json, Timestamp now)
        {
            long taken = _host.Gate.Count(SampleRejection.None);
            long published = _host.Ring.Published;
            json.WriteStartObject();
            json.WriteString("name", _host.Info.Name);
            json.WriteString("state", _host.State.ToString());
            json.WriteNumber("taken", taken);
            json.WriteNumber("rate_hz", Rate(taken, now));
            json.WriteNumber("restarts", _host.Restarts);
            if (published > 0)
            {
                Timestamp newest = _host.Ring.Header(published - 1).Capture;
                Timestamp oldest = _host.Ring.Header(Math.Max(_host.Ring.Oldest, 0)).Capture;
                json.WriteNumber("age_ms", Math.Round(now.NanosecondsSince(newest) / 1e6, 1));
                json.WriteNumber("held_s", Math.Round(Math.Max(0, newest.NanosecondsSince(oldest)) / 1e9, 2));
                json.WriteNumber("fill", Math.Round(Math.Min(1.0, published / (double)_host.Ring.Capacity), 3));
            }

            SensorAccount account = _host.Account;
            json.WriteNumber("captured", account.Captured);
            WriteRejected(json, account);
            if (_trace is not null)
            {
                json.WritePropertyName("trace");
                _trace.Write(json, now);
            }

            WriteSpectrum(json);
            json.WriteEndObject();
            _taken = taken;
            _looked = now;
        }

        private double Rate(long taken, Timestamp now) => _looked == Timestamp.MinValue
            ? 0
            : Math.Round((taken - _taken) * 1e9 / Math.Max(1, now.NanosecondsSince(_looked)), 1);

        private static void WriteRejected(Utf8JsonWriter json, SensorAccount account)
        {
            json.WriteStartObject("rejected");
            foreach (SensorCounter reason in account.Reasons)
            {
                json.WriteNumber(reason.Name, reason.Value);
            }

            json.WriteEndObject();
        }

        private void WriteSpectrum(Utf8JsonWriter json)
        {
            if (_spectrum is null || !_spectrum.Update())
            {
                return;
            }

            json.WriteStartObject("sound");
            json.WriteNumber("rms", Math.Round(_spectrum.Rms, 5));
            json.WriteNumber("peak", Math.Round(_spectrum.Peak, 5));
            json.WriteStartArray("db");
            foreach (double level in _spectrum.Levels)
            {
                json.WriteNumberValue((int)Math.Round(level));
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }
    }
}
