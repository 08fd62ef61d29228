using EdgeFusion.Worker.Composition;

namespace EdgeFusion.Worker.Regress;

/// <summary>Replays many recordings with two models, or one and its earlier predictions, and compares.</summary>
internal sealed class RegressRun(RegressRequest request)
{
    /// <summary>Runs all replays, so many processes at a time, and compares what they say.</summary>
    /// <exception cref="ConfigurationException">There is nothing to replay.</exception>
    public async Task<RegressResult> RunAsync(Action<double> report, CancellationToken stopping)
    {
        string[] recordings = FindRecordings();
        bool isGolden = Directory.Exists(request.Against) && !File.Exists(
            Path.Combine(request.Against, "manifest.json"));
        Directory.CreateDirectory(Path.Combine(request.Out, "now"));
        Directory.CreateDirectory(Path.Combine(request.Out, "before"));
        var comparisons = new RecordingComparison[recordings.Length];
        int done = 0;
        await Parallel.ForAsync(
            0, recordings.Length,
            new ParallelOptions { MaxDegreeOfParallelism = request.Jobs, CancellationToken = stopping },
            async (i, token) =>
            {
                comparisons[i] = await CompareAsync(recordings[i], isGolden, token).ConfigureAwait(false);
                report(Interlocked.Increment(ref done) / (double)recordings.Length);
            }).ConfigureAwait(false);
        return new RegressResult(request, comparisons);
    }

    private async Task<RecordingComparison> CompareAsync(string recording, bool isGolden, CancellationToken stopping)
    {
        string name = Directory.Exists(request.Recordings)
            ? Path.GetRelativePath(request.Recordings, recording)
            : Path.GetFileName(recording);
        string file = name.Replace(Path.DirectorySeparatorChar, '_') + ".jsonl";
        var comparison = new RecordingComparison(name);
        var now = new ReplayJob(recording, request.Model, Path.Combine(request.Out, "now", file));
        var before = new ReplayJob(
            recording, request.Against,
            isGolden ? Path.Combine(request.Against, file) : Path.Combine(request.Out, "before", file));
        comparison.Failure = await now.RunAsync(stopping).ConfigureAwait(false);
        if (comparison.Failure is null && isGolden && !File.Exists(before.Target))
        {
            comparison.Failure = $"there is no {before.Target} to compare with";
        }
        else if (comparison.Failure is null && !isGolden)
        {
            comparison.Failure = await before.RunAsync(stopping).ConfigureAwait(false);
        }

        if (comparison.Failure is null)
        {
            try
            {
                comparison.Compare(now.Target, before.Target);
                comparison.Now = ReplayFacts.Read(now.Summary);
                comparison.Before = ReplayFacts.Read(before.Summary);
            }
            catch (RecordingException fault)
            {
                comparison.Failure = fault.Message;
            }
        }

        return comparison;
    }

    private string[] FindRecordings()
    {
        if (File.Exists(request.Recordings))
        {
            return [request.Recordings];
        }

        string[] found = Directory.Exists(request.Recordings) ? [.. Recordings.Below(request.Recordings)] : [];
        Array.Sort(found, StringComparer.Ordinal);
        return found.Length > 0
            ? found
            : throw new ConfigurationException(
                $"There is no recording (.mcap, .bag, folder of rosbag2) in '{request.Recordings}'.");
    }
}
