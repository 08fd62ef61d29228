using EdgeFusion.Sensing;
using EdgeFusion.Time;
using EdgeFusion.Worker.Video;

namespace EdgeFusion.Worker.Export;

/// <summary>
/// Frames as MP4 at the sensor's nominal rate. Where frames are missing the one before stands still, so that times stay
/// right.
/// </summary>
internal sealed class VideoExport(string path, FrameLayout layout, double rateHz) : SensorExport
{
    private readonly VideoEncoder _encoder = new(path, layout, rateHz);
    private readonly byte[] _last = new byte[layout.MaxSampleBytes];
    private Timestamp? _start;
    private long _written;

    public override string Target => path;

    public override void Write(in SampleHeader header, ReadOnlySpan<byte> payload)
    {
        Timestamp start = _start ??= header.Capture;
        long due = (long)Math.Round(header.Capture.NanosecondsSince(start) / 1e9 * rateHz);
        for (; _written > 0 && _written < due; _written++)
        {
            _encoder.Write(_last);
        }

        payload.CopyTo(_last);
        Samples++;
        if (_written <= due)
        {
            _encoder.Write(_last);
            _written++;
        }
    }

    public override void Finish() => _encoder.Finish();

    public override void Dispose() => _encoder.Dispose();
}
