using System.Globalization;
using EdgeFusion.Recording;
using EdgeFusion.Sensing;

namespace EdgeFusion.Worker.Export;

/// <summary>Frames as JPEG files in a folder, and a CSV with their times.</summary>
internal sealed class JpegExport : SensorExport
{
    private readonly FrameLayout _layout;
    private readonly IImageEncoder _encoder;
    private readonly byte[] _jpeg;
    private readonly StreamWriter _index;

    public JpegExport(string folder, FrameLayout layout, IImageEncoder encoder)
    {
        Target = Directory.CreateDirectory(folder).FullName;
        _layout = layout;
        _encoder = encoder;
        _jpeg = new byte[encoder.MaxBytes(layout)];
        _index = new StreamWriter(Path.Combine(folder, "frames.csv"));
        _index.Write("file,capture_ns,arrival_ns\n");
    }

    public override string Target { get; }

    public override void Write(in SampleHeader header, ReadOnlySpan<byte> payload)
    {
        string name = Samples.ToString("D8", CultureInfo.InvariantCulture) + ".jpg";
        int bytes = _encoder.Encode(_layout, payload, _jpeg);
        using (FileStream file = File.Create(Path.Combine(Target, name)))
        {
            file.Write(_jpeg.AsSpan(0, bytes));
        }

        _index.Write(string.Create(
            CultureInfo.InvariantCulture, $"{name},{header.Capture.Nanoseconds},{header.Arrival.Nanoseconds}\n"));
        Samples++;
    }

    public override void Dispose()
    {
        _index.Dispose();
        _encoder.Dispose();
    }
}
