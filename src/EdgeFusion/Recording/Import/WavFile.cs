using System.Buffers.Binary;

namespace EdgeFusion.Recording.Import;

/// <summary>A WAV file (RIFF) with PCM of 16 or 24 bits or 32-bit floats, read in place.</summary>
internal sealed class WavFile : IDisposable
{
    private const int ChunkHeaderBytes = 8;
    private const int LeastFormatBytes = 16;
    private const int ExtensibleBytes = 26;
    private const ushort TagPcm = 1;
    private const ushort TagFloat = 3;
    private const ushort TagExtensible = 0xfffe;

    private readonly ByteSource _source;
    private long _dataOffset;
    private long _dataBytes = -1;

    /// <summary>Reads the chunks' headers. Owns the source.</summary>
    public WavFile(ByteSource source)
    {
        _source = source;
        Span<byte> riff = stackalloc byte[12];
        source.Read(0, riff);
        if (!riff.StartsWith("RIFF"u8) || !riff[8..].SequenceEqual("WAVE"u8))
        {
            throw Fault("it is not a RIFF WAVE file");
        }

        ReadChunks();
        if (BitsPerSample == 0 || _dataBytes < 0)
        {
            throw Fault("it has no 'fmt ' or no 'data' chunk");
        }
    }

    /// <summary>PCM frames per second.</summary>
    public int RateHz { get; private set; }

    public int Channels { get; private set; }

    /// <summary>16, 24 or 32 (float).</summary>
    public int BitsPerSample { get; private set; }

    /// <summary>Bytes of one frame in the file.</summary>
    public int FrameBytes => Channels * BitsPerSample / 8;

    /// <summary>Number of whole frames.</summary>
    public long Frames => _dataBytes / FrameBytes;

    /// <summary>Reads frames as they are in the file.</summary>
    public void Read(long firstFrame, Span<byte> destination) =>
        _source.Read(_dataOffset + (firstFrame * FrameBytes), destination);

    public void Dispose() => _source.Dispose();

    private void ReadChunks()
    {
        Span<byte> header = stackalloc byte[ChunkHeaderBytes];
        long at = 12;
        while (_dataBytes < 0 && at + ChunkHeaderBytes <= _source.Length)
        {
            _source.Read(at, header);
            long length = BinaryPrimitives.ReadUInt32LittleEndian(header[4..]);
            at += ChunkHeaderBytes;
            if (header.StartsWith("fmt "u8))
            {
                ReadFormat(at, length);
            }
            else if (header.StartsWith("data"u8))
            {
                // A writer that was killed leaves 0 or a length beyond the end: take what is there.
                long left = _source.Length - at;
                _dataOffset = at;
                _dataBytes = length == 0 || length > left ? left : length;
            }

            at += length + (length & 1); // Chunks start at even bytes.
        }
    }

    private void ReadFormat(long at, long length)
    {
        Span<byte> format = stackalloc byte[ExtensibleBytes];
        int taken = (int)Math.Min(length, ExtensibleBytes);
        if (taken < LeastFormatBytes)
        {
            throw Fault("its 'fmt ' chunk is too short");
        }

        _source.Read(at, format[..taken]);
        ushort tag = BinaryPrimitives.ReadUInt16LittleEndian(format);
        if (tag == TagExtensible && taken == ExtensibleBytes)
        {
            tag = BinaryPrimitives.ReadUInt16LittleEndian(format[24..]); // First bytes of the sub-format's GUID.
        }

        Channels = BinaryPrimitives.ReadUInt16LittleEndian(format[2..]);
        uint rate = BinaryPrimitives.ReadUInt32LittleEndian(format[4..]);
        int bits = BinaryPrimitives.ReadUInt16LittleEndian(format[14..]);
        bool isKnown = (tag, bits) is (TagPcm, 16) or (TagPcm, 24) or (TagFloat, 32);
        if (!isKnown || Channels is < 1 or > SampleLimits.AudioChannels || rate is < 1 or > SampleLimits.AudioRateHz)
        {
            throw Fault($"format {tag} with {bits} bits, {Channels} channels and {rate} Hz is not supported");
        }

        RateHz = (int)rate;
        BitsPerSample = bits;
    }

    private RecordingException Fault(string why) => ImportFault.Data(
        $"'{_source.Name}'", why, "Save it as WAV with PCM of 16 or 24 bits or 32-bit floats.");
}
