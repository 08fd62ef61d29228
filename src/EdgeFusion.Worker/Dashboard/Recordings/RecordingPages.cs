using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using EdgeFusion.Recording;
using EdgeFusion.Sensing;
using EdgeFusion.Time;
using EdgeFusion.Worker.Regress;
using Microsoft.AspNetCore.Http;

namespace EdgeFusion.Worker.Dashboard.Recordings;

/// <summary>Answers the page's questions about recordings. Read-only.</summary>
/// <remarks>What cannot be read or computed is answered with 422 and a sentence for the page.</remarks>
internal sealed class RecordingPages : IDisposable
{
    private readonly RecordingFolder _folder;
    private readonly ImmutableArray<string> _models;
    private readonly ReplayStore _store;

    /// <param name="folder">The recordings.</param>
    /// <param name="models">The models that may be asked for; the first two are what the page begins with.</param>
    /// <param name="besideWorker">Whether a worker runs in this process, which must not feel it.</param>
    public RecordingPages(RecordingFolder folder, ImmutableArray<string> models, bool besideWorker)
    {
        _folder = folder;
        _models = models;
        _store = new ReplayStore(besideWorker);
    }

    /// <summary>Answers a request, or returns null where the path is none of its own.</summary>
    public Task? TryServeAsync(HttpContext context, string path, CancellationToken ended) => path switch
    {
        "/api/recordings" => Answer.JsonAsync(context.Response, WriteList(), ended),
        "/api/recording" => ServeAsync(context, entry => Task.FromResult(WriteRecording(entry)), ended),
        "/api/recording/replay" => ReplayAsync(context, ended),
        "/api/recording/window" => WindowAsync(context, ended),
        "/api/recording/compare" => CompareAsync(context, ended),
        "/api/recording/frame" => FrameAsync(context, ended),
        "/api/recording/traces" => TracesAsync(context, ended),
        _ => null,
    };

    /// <inheritdoc/>
    public void Dispose() => _store.Dispose();

    private Task ReplayAsync(HttpContext context, CancellationToken ended) =>
        ServeAsync(context, async entry =>
            (await TableAsync(context, entry, "model").ConfigureAwait(false))?.Overview
                ?? ReadOnlyMemory<byte>.Empty, ended);

    private Task WindowAsync(HttpContext context, CancellationToken ended) => ServeAsync(context, async entry =>
        await TableAsync(context, entry, "model").ConfigureAwait(false) is { } table
            ? table.Line(Index(context, table))
            : ReadOnlyMemory<byte>.Empty, ended);

    private Task CompareAsync(HttpContext context, CancellationToken ended) => ServeAsync(context, async entry =>
    {
        ReplayTable? now = await TableAsync(context, entry, "model").ConfigureAwait(false);
        ReplayTable? before = await TableAsync(context, entry, "against").ConfigureAwait(false);
        if (now is null || before is null)
        {
            return ReadOnlyMemory<byte>.Empty;
        }

        var comparison = new RecordingComparison(entry.Name);
        comparison.Compare(now.Path, before.Path);
        return JsonSerializer.SerializeToUtf8Bytes(RegressFiles.Recording(comparison));
    }, ended);

    private Task TracesAsync(HttpContext context, CancellationToken ended) => ServeAsync(context, async entry =>
        await TableAsync(context, entry, "model").ConfigureAwait(false) is { } table
            ? RecordedMoment.Traces(entry.Path, End(context, table))
            : ReadOnlyMemory<byte>.Empty, ended);

    private Task FrameAsync(HttpContext context, CancellationToken ended) => GuardAsync(context, async entry =>
    {
        ReplayTable? table = await TableAsync(context, entry, "model").ConfigureAwait(false);
        Thumbnail? picture = table is null
            ? null
            : RecordedMoment.Frame(entry.Path, context.Request.Query["sensor"].ToString(), End(context, table));
        if (picture is null)
        {
            await Answer.TextAsync(context.Response, StatusCodes.Status404NotFound, "There is no picture.", ended)
                .ConfigureAwait(false);
            return;
        }

        await picture.WriteAsync(context.Response, ended).ConfigureAwait(false);
    }, ended);

    /// <summary>The replay that a request is about; null where it is not there yet, which the caller answers with
    /// 202.</summary>
    private async Task<ReplayTable?> TableAsync(HttpContext context, RecordingEntry entry, string parameter)
    {
        string model = context.Request.Query[parameter].ToString();
        if (model.Length > 0 && !_models.Contains(model))
        {
            throw new RecordingException("There is no such model here.");
        }

        Task<ReplayTable> replay = _store.Get(entry, model)
            ?? throw new RecordingException("Too many replays wait already; try again in a while.");
        return replay.IsCompleted ? await replay.ConfigureAwait(false) : null;
    }

    private static int Index(HttpContext context, ReplayTable table) =>
        int.TryParse(
            context.Request.Query["index"].ToString(), NumberStyles.None, CultureInfo.InvariantCulture, out int index)
        && index < table.Count
            ? index
            : throw new RecordingException("There is no such window.");

    private static Timestamp End(HttpContext context, ReplayTable table) =>
        new(table.EndNanoseconds(Index(context, table)));

    /// <summary>Answers with JSON; nothing yet is 202.</summary>
    private Task ServeAsync(
        HttpContext context, Func<RecordingEntry, Task<ReadOnlyMemory<byte>>> answer,
        CancellationToken ended) => GuardAsync(context, async entry =>
        {
            ReadOnlyMemory<byte> json = await answer(entry).ConfigureAwait(false);
            if (json.IsEmpty)
            {
                await Answer.TextAsync(context.Response, StatusCodes.Status202Accepted, "replaying", ended)
                    .ConfigureAwait(false);
                return;
            }

            await Answer.JsonAsync(context.Response, json, ended).ConfigureAwait(false);
        }, ended);

    private async Task GuardAsync(HttpContext context, Func<RecordingEntry, Task> answer, CancellationToken ended)
    {
        string name = context.Request.Query["name"].ToString();
        if (_folder.Find(name) is not { } entry)
        {
            await Answer.TextAsync(
                context.Response, StatusCodes.Status404NotFound, "There is no such recording.", ended)
                .ConfigureAwait(false);
            return;
        }

        try
        {
            await answer(entry).ConfigureAwait(false);
        }
        catch (Exception fault) when (fault is EdgeFusionException or IOException or UnauthorizedAccessException
            && !context.Response.HasStarted)
        {
            // The page needs no paths of this machine.
            string reason = fault.Message.Replace(entry.Path, entry.Name, StringComparison.Ordinal);
            await Answer.TextAsync(context.Response, StatusCodes.Status422UnprocessableEntity, reason, ended)
                .ConfigureAwait(false);
        }
    }

    private ReadOnlyMemory<byte> WriteList() => JsonText.Write(json =>
    {
        json.WriteStartArray("models");
        foreach (string model in _models)
        {
            json.WriteStringValue(model);
        }

        json.WriteEndArray();
        json.WriteStartArray("recordings");
        foreach (RecordingEntry entry in _folder.List())
        {
            json.WriteStartObject();
            json.WriteString("name", entry.Name);
            json.WriteNumber("bytes", entry.Bytes);
            json.WriteString("modified", entry.Modified);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    });

    private static ReadOnlyMemory<byte> WriteRecording(RecordingEntry entry)
    {
        using RecordingFeed feed = Composition.Recordings.OpenFeed(entry.Path, recover: true);
        return JsonText.Write(json =>
        {
            json.WriteString("name", entry.Name);
            json.WriteNumber("duration_s", Math.Round(feed.DurationSeconds, 3));
            json.WriteBoolean("predictions", RecordedPredictions.In(feed.File));
            json.WriteStartArray("sensors");
            foreach (SensorInfo sensor in feed.Sensors)
            {
                InfoWriter.WriteSensor(json, sensor);
            }

            json.WriteEndArray();
            json.WriteStartArray("notes");
            foreach (string note in feed.Skipped.Concat(feed.Losses.Select(loss => $"damaged: {loss}")))
            {
                json.WriteStringValue(note);
            }

            json.WriteEndArray();
        });
    }
}
