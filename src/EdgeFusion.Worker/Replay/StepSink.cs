using System.Globalization;
using EdgeFusion.Predictions;
using EdgeFusion.Time;

namespace EdgeFusion.Worker.Replay;

/// <summary>Shows each prediction and waits for Enter before the next; the end of the input runs on.</summary>
internal sealed class StepSink(Timestamp start, TextReader input, TextWriter output) : IPredictionSink
{
    private bool _free;

    public string Name => "step";

    public void Write(Prediction prediction)
    {
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
        _free |= !_free && input.ReadLine() is null;
    }
}
