using EdgeFusion.Recording;
using EdgeFusion.Recording.Mcap;
using EdgeFusion.Worker.Regress;

namespace EdgeFusion.Worker.Dashboard.Recordings;

/// <summary>
/// Replays for the page, each once: `edgefusion replay` in a process of its own, one at a time and, beside a worker,
/// after everything else on the machine, so that neither a strange recording nor a curious viewer costs it anything.
/// </summary>
/// <remarks><b>Bounds.</b> So many results are kept, on disk in a temporary folder, so many may wait.
/// <b>Threading.</b> Any thread.</remarks>
internal sealed class ReplayStore(bool besideWorker) : IDisposable
{
    private const int MostKept = 8;
    private const int MostWaiting = 4;

    private readonly Lock _lock = new();
    private readonly List<(Key Key, Task<ReplayTable> Result)> _kept = [];
    private readonly SemaphoreSlim _one = new(1);
    private readonly CancellationTokenSource _stopping = new();
    private string? _folder;
    private int _made;

    private sealed record Key(string Path, long Bytes, DateTime Modified, string Model);

    /// <summary>The replay of a recording, begun where it was not yet.</summary>
    /// <param name="recording">The recording.</param>
    /// <param name="model">Name of the model; empty for the predictions that the recording holds.</param>
    /// <returns>Null where too many wait already.</returns>
    public Task<ReplayTable>? Get(RecordingEntry recording, string model)
    {
        var key = new Key(recording.Path, recording.Bytes, recording.Modified, model);
        lock (_lock)
        {
            int at = _kept.FindIndex(kept => kept.Key == key);
            if (at >= 0)
            {
                Task<ReplayTable> known = _kept[at].Result;
                if (known.IsFaulted)
                {
                    // Told once, then tried again: what was wrong may have been mended.
                    _kept.RemoveAt(at);
                }

                return known;
            }

            if (_kept.Count(kept => !kept.Result.IsCompleted) >= MostWaiting)
            {
                return null;
            }

            Forget();
            string target = Path.Combine(Folder(), $"{_made++}.jsonl");
            Task<ReplayTable> result = Task.Run(() => MakeAsync(recording, model, target));
            _kept.Add((key, result));
            return result;
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _stopping.Cancel();
        Task[] running;
        lock (_lock)
        {
            running = [.. _kept.Select(kept => kept.Result)];
        }

        // Bounded: a process that is being killed does not take long.
        Task.WhenAll(running).ContinueWith(_ => { }, TaskScheduler.Default).Wait(TimeSpan.FromSeconds(2));
        if (_folder is not null)
        {
            Directory.Delete(_folder, recursive: true);
        }

        _one.Dispose();
        _stopping.Dispose();
    }

    private string Folder() => _folder ??= Directory.CreateTempSubdirectory("edgefusion-view-").FullName;

    /// <summary>Makes room for one more: the oldest finished one goes.</summary>
    private void Forget()
    {
        int oldest = _kept.FindIndex(kept => kept.Result.IsCompleted);
        if (_kept.Count < MostKept || oldest < 0)
        {
            return;
        }

        if (_kept[oldest].Result.IsCompletedSuccessfully)
        {
            File.Delete(_kept[oldest].Result.Result.Path);
        }

        _kept.RemoveAt(oldest);
    }

    private async Task<ReplayTable> MakeAsync(RecordingEntry recording, string model, string target)
    {
        await _one.WaitAsync(_stopping.Token).ConfigureAwait(false);
        try
        {
            if (model.Length == 0)
            {
                RecordedPredictions.Write(recording.Path, target);
            }
            else
            {
                var job = new ReplayJob(recording.Path, model, target)
                {
                    Cuts = "recorded",
                    IsBackground = besideWorker,
                };
                if (await job.RunAsync(_stopping.Token).ConfigureAwait(false) is { } failure)
                {
                    throw new RecordingException(failure);
                }
            }

            using var file = McapIndexedReader.Open(
                recording.Path, Composition.Recordings.ReadOptions(recover: true));
            return ReplayTable.Read(target, LabelTrack.Read(file));
        }
        finally
        {
            _one.Release();
        }
    }
}
