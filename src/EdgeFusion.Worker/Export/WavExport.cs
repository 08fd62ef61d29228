using System.Buffers.Binary;
using EdgeFusion.Sensing;

namespace EdgeFusion.Worker.Export;

/// <summary>Audio as WAV, PCM or float as recorded. What was lost is silence, so that times stay right.</summary>
internal sealed class WavExport : SensorExport
{
    private const int HeadBytes = 44;

    /// <summary>The longest silence put in for a gap; after that the file goes on without it.</summary>
    private const double LongestSilenceSeconds = 60;

    private readonly FileStream _file;
    private readonly AudioLayout _layout;
    private readonly double _rateHz;
    private readonly int _frameBytes;
    private long _startNs = -1;
    private long _frames;

    public WavExport(string path, AudioLayout layout, double rateHz)
    {
        Target = path;
        _layout = layout;
        _rateHz = rateHz;
        _frameBytes = layout.Channels * SampleBytes;
        _file = File.Create(path);
        _file.Write(new byte[HeadBytes]);
    }

    public override string Target { get; }

    private int SampleBytes => _layout.Format == AudioFormat.Float32 ? 4 : 2;

    public override void Write(in SampleHeader header, ReadOnlySpan<byte> payload)
    {
        if (_startNs < 0)
        {
            _startNs = header.Capture.Nanoseconds;
        }

        long due = (long)((header.Capture.Nanoseconds - _startNs) / 1e9 * _rateHz);
        long missing = due - _frames;
        long block = payload.Length / _frameBytes;
        if (missing > block && missing < LongestSilenceSeconds * _rateHz)
        {
            _file.Write(new byte[missing * _frameBytes]);
            _frames += missing;
        }

        _file.Write(payload);
        _frames += block;
        Samples++;
    }

    public override void Dispose()
    {
        if (_file.CanWrite)
        {
            _file.Seek(0, SeekOrigin.Begin);
            _file.Write(Head(_file.Length - HeadBytes));
        }

        _file.Dispose();
    }

    private byte[] Head(long bytes)
    {
        var head = new byte[HeadBytes];
        uint data = (uint)Math.Min(bytes, uint.MaxValue - HeadBytes);
        "RIFF"u8.CopyTo(head);
        BinaryPrimitives.WriteUInt32LittleEndian(head.AsSpan(4), data + HeadBytes - 8);
        "WAVEfmt "u8.CopyTo(head.AsSpan(8));
        BinaryPrimitives.WriteUInt32LittleEndian(head.AsSpan(16), 16);
        bool isFloat = _layout.Format == AudioFormat.Float32;
        BinaryPrimitives.WriteUInt16LittleEndian(head.AsSpan(20), (ushort)(isFloat ? 3 : 1));
        BinaryPrimitives.WriteUInt16LittleEndian(head.AsSpan(22), (ushort)_layout.Channels);
        uint rate = (uint)Math.Round(_rateHz);
        BinaryPrimitives.WriteUInt32LittleEndian(head.AsSpan(24), rate);
        BinaryPrimitives.WriteUInt32LittleEndian(head.AsSpan(28), rate * (uint)_frameBytes);
        BinaryPrimitives.WriteUInt16LittleEndian(head.AsSpan(32), (ushort)_frameBytes);
        BinaryPrimitives.WriteUInt16LittleEndian(head.AsSpan(34), (ushort)(SampleBytes * 8));
        "data"u8.CopyTo(head.AsSpan(36));
        BinaryPrimitives.WriteUInt32LittleEndian(head.AsSpan(40), data);
        return head;
    }
}
