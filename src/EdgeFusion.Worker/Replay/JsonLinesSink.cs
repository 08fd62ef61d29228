using System.Buffers;
using EdgeFusion.Models;
using EdgeFusion.Predictions;
using EdgeFusion.Publishing;
using EdgeFusion.Time;

namespace EdgeFusion.Worker.Replay;

/// <summary>Writes each prediction as one line of JSON without anything that differs from run to run.</summary>
internal sealed class JsonLinesSink : IPredictionSink, IDisposable
{
    private readonly Stream _stream;
    private readonly PredictionFormat _format;
    private readonly ArrayBufferWriter<byte> _buffer = new(4_096);

    public JsonLinesSink(Stream stream, ModelManifest manifest)
    {
        _stream = stream;
        _format = Format(manifest);
    }

    public string Name => "file";

    /// <summary>The format of comparable output: no times of this run, no provider.</summary>
    public static PredictionFormat Format(ModelManifest manifest) => new(
        manifest, new PredictionFormatOptions { IncludeTiming = false, IncludeEngine = false });

    public void Write(Prediction prediction)
    {
        _buffer.ResetWrittenCount();
        _format.WritePrediction(prediction, Timestamp.MinValue, _buffer);
        _buffer.Write("\n"u8);
        _stream.Write(_buffer.WrittenSpan);
    }

    public void Dispose()
    {
        _format.Dispose();
        _stream.Dispose();
    }
}
