using System.Globalization;
using EdgeFusion.Predictions;
using EdgeFusion.Recording;
using EdgeFusion.Time;

namespace EdgeFusion.Worker.Replay;

/// <summary>Shows the windows of a replay that goes window by window, one line each.</summary>
internal sealed class WindowLineSink(Timestamp start, ReplayControl control, TextWriter output) : IPredictionSink
{
    public string Name => "lines";

    public void Write(Prediction prediction)
    {
        if (!control.IsPaused)
        {
            return;
        }

        double seconds = prediction.End.NanosecondsSince(start) / 1e9;
        output.Write(string.Create(
            CultureInfo.InvariantCulture, $"window {prediction.Window} to {seconds:F3} s, {prediction.Quality}"));
        foreach (HeadScores head in prediction.Heads)
        {
            if (prediction.HasScores)
            {
                output.Write(string.Create(
                    CultureInfo.InvariantCulture, $"; {head.Head.Name} {head.BestLabel} {head.Values[head.Best]:F3}"));
            }
        }

        output.WriteLine();
    }
}
