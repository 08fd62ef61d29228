using System.Buffers;
using EdgeFusion.Models;
using EdgeFusion.Predictions;
using EdgeFusion.Publishing;
using EdgeFusion.Time;
using EdgeFusion.Worker.Replay;

namespace EdgeFusion.Worker.Tests.EndToEnd;

/// <summary>Keeps every prediction of a live run in comparable form.</summary>
internal sealed class CollectingSink(ModelManifest manifest) : IPredictionSink
{
    private readonly PredictionFormat _format = JsonLinesSink.Format(manifest);
    private readonly List<byte[]> _lines = [];

    public string Name => "test";

    public void Write(Prediction prediction)
    {
        var buffer = new ArrayBufferWriter<byte>();
        _format.WritePrediction(prediction, Timestamp.MinValue, buffer);
        lock (_lines)
        {
            _lines.Add(buffer.WrittenSpan.ToArray());
            Monitor.PulseAll(_lines);
        }
    }

    public void WaitFor(int count, TimeSpan patience)
    {
        lock (_lines)
        {
            while (_lines.Count < count)
            {
                Assert.True(Monitor.Wait(_lines, patience), $"only {_lines.Count} predictions came");
            }
        }
    }

    public byte[][] Lines()
    {
        lock (_lines)
        {
            return [.. _lines];
        }
    }
}
