using System.Buffers.Binary;
using System.Runtime.InteropServices;
using EdgeFusion.Sensing;
using EdgeFusion.Time;

namespace EdgeFusion.Recording.Import;

/// <summary>A WAV file in blocks. 16 bits stay integers; 24 bits become floats, which hold them exactly.</summary>
internal sealed class WavCursor : SegmentCursor
{
    private const int Bits24 = 24;
    private const float FullScale24 = 1 << 23;

    private readonly WavFile _file;
    private readonly MapTime _time;
    private readonly int _blockFrames;
    private readonly byte[] _raw;
    private readonly byte[] _block;
    private long _frame;
    private int _length;

    public WavCursor(MapStream stream, ImportFolder folder, Segment segment)
    {
        _time = stream.Time;
        _file = new WavFile(folder.OpenRandom(segment.Expand(stream.Source.File)));
        double frames = Math.Round(_file.RateHz * stream.BlockMilliseconds / 1000);
        _blockFrames = (int)Math.Clamp(frames, 1, _file.RateHz * 10.0);
        AudioFormat format = _file.BitsPerSample == 16 ? AudioFormat.Int16 : AudioFormat.Float32;
        var layout = new AudioLayout(_file.Channels, format, _blockFrames);
        Info = new SensorInfo
        {
            Name = stream.Name,
            Modality = stream.Modality,
            RateHz = _file.RateHz,
            Jitter = stream.Jitter,
            FramesPerBlock = _blockFrames,
            Layout = layout,
        };
        _raw = new byte[_blockFrames * _file.FrameBytes];
        _block = _file.BitsPerSample == Bits24 ? new byte[layout.MaxSampleBytes] : _raw;
    }

    public override SensorInfo Info { get; }

    public override ReadOnlySpan<byte> Payload => _block.AsSpan(0, _length);

    public override bool MoveNext()
    {
        int frames = (int)Math.Min(_blockFrames, _file.Frames - _frame);
        if (frames <= 0)
        {
            return false;
        }

        Span<byte> raw = _raw.AsSpan(0, frames * _file.FrameBytes);
        _file.Read(_frame, raw);
        _length = raw.Length;
        if (_file.BitsPerSample == Bits24)
        {
            _length = Widen(raw, MemoryMarshal.Cast<byte, float>(_block.AsSpan()));
        }

        Nanoseconds = _time.OffsetNanoseconds
            + (long)Math.Round(_frame * (double)Timestamp.NanosecondsPerSecond / _file.RateHz);
        _frame += frames;
        return true;
    }

    public override void Dispose() => _file.Dispose();

    private static int Widen(ReadOnlySpan<byte> raw, Span<float> values)
    {
        int count = raw.Length / 3;
        for (int i = 0; i < count; i++)
        {
            ReadOnlySpan<byte> sample = raw.Slice(i * 3, 3);
            int value = BinaryPrimitives.ReadInt16LittleEndian(sample[1..]) << 8 | sample[0];
            values[i] = value / FullScale24;
        }

        return count * sizeof(float);
    }
}
