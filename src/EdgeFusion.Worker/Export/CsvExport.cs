using System.Globalization;
using System.Runtime.InteropServices;
using EdgeFusion.Sensing;

namespace EdgeFusion.Worker.Export;

/// <summary>Vectors as CSV: capture and arrival in ns, then one column per element. Numbers come back bit for
/// bit.</summary>
internal sealed class CsvExport : SensorExport
{
    private readonly StreamWriter _file;

    public CsvExport(string path, VectorLayout layout)
    {
        Target = path;
        _file = new StreamWriter(path);
        _file.Write("capture_ns,arrival_ns");
        foreach (string element in layout.Elements)
        {
            _file.Write(',');
            _file.Write(Quoted(element));
        }

        _file.Write('\n');
    }

    public override string Target { get; }

    public override void Write(in SampleHeader header, ReadOnlySpan<byte> payload)
    {
        _file.Write(header.Capture.Nanoseconds.ToString(CultureInfo.InvariantCulture));
        _file.Write(',');
        _file.Write(header.Arrival.Nanoseconds.ToString(CultureInfo.InvariantCulture));
        foreach (float value in MemoryMarshal.Cast<byte, float>(payload))
        {
            _file.Write(',');
            _file.Write(value.ToString("R", CultureInfo.InvariantCulture));
        }

        _file.Write('\n');
        Samples++;
    }

    public override void Dispose() => _file.Dispose();

    private static string Quoted(string text) =>
        text.AsSpan().IndexOfAny(",\"\n") < 0 ? text : $"\"{text.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";
}
