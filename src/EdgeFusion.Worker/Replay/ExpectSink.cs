using System.Buffers;
using System.Text;
using EdgeFusion.Models;
using EdgeFusion.Predictions;
using EdgeFusion.Publishing;
using EdgeFusion.Time;

namespace EdgeFusion.Worker.Replay;

/// <summary>Compares each prediction, byte for byte, with a line of an earlier replay's output.</summary>
internal sealed class ExpectSink : IPredictionSink, IDisposable
{
    private readonly StreamReader _expected;
    private readonly string _path;
    private readonly PredictionFormat _format;
    private readonly ArrayBufferWriter<byte> _buffer = new(4_096);
    private long _line;

    public ExpectSink(string path, ModelManifest manifest)
    {
        _path = path;
        _expected = File.Exists(path)
            ? new StreamReader(path, Encoding.UTF8)
            : throw new ConfigurationException($"There is no file '{path}' to compare with.");
        _format = JsonLinesSink.Format(manifest);
    }

    public string Name => "expect";

    /// <summary>Predictions that equal their line.</summary>
    public long Equal { get; private set; }

    /// <summary>Predictions that differ, lines missing on either side included.</summary>
    public long Different { get; private set; }

    /// <summary>The first difference in words; null where there is none.</summary>
    public string? First { get; private set; }

    public void Write(Prediction prediction)
    {
        _buffer.ResetWrittenCount();
        _format.WritePrediction(prediction, Timestamp.MinValue, _buffer);
        string actual = Encoding.UTF8.GetString(_buffer.WrittenSpan);
        string? expected = _expected.ReadLine();
        _line++;
        if (actual == expected)
        {
            Equal++;
            return;
        }

        Different++;
        First ??= expected is null
            ? $"'{_path}' ends after {_line - 1} predictions; the replay goes on with window {prediction.Window}"
            : Describe(expected, actual);
    }

    /// <summary>Counts lines that no prediction came for.</summary>
    public void Finish()
    {
        while (_expected.ReadLine() is { } line)
        {
            _line++;
            Different++;
            First ??= $"{_path}:{_line}: the replay ended before this line:\n  {Shorten(line, 0)}";
        }
    }

    public void Dispose()
    {
        _expected.Dispose();
        _format.Dispose();
    }

    private string Describe(string expected, string actual)
    {
        int at = 0;
        while (at < Math.Min(expected.Length, actual.Length) && expected[at] == actual[at])
        {
            at++;
        }

        return $"{_path}:{_line}: differs from character {at + 1} on\n"
            + $"  expected: {Shorten(expected, at)}\n  actual:   {Shorten(actual, at)}";
    }

    private static string Shorten(string line, int around)
    {
        const int Context = 60;
        int from = Math.Max(0, around - Context);
        int to = Math.Min(line.Length, around + Context);
        return (from > 0 ? "..." : "") + line[from..to] + (to < line.Length ? "..." : "");
    }
}
