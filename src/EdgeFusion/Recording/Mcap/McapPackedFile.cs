namespace EdgeFusion.Recording.Mcap;

/// <summary>
/// Opens files that may be compressed as a whole. Such a file is unpacked to a temporary one, since a recording is read
/// from its end and by its index; that one is gone when the recording is closed, or the process ends.
/// </summary>
internal static class McapPackedFile
{
    private const int BufferBytes = 1 << 20;

    private static ReadOnlySpan<byte> ZstdMagic => [0x28, 0xB5, 0x2F, 0xFD];

    /// <summary>Opens a file, unpacked where it is compressed.</summary>
    /// <exception cref="RecordingException">It cannot be opened or unpacked.</exception>
    public static McapSource Open(string path, McapReadOptions options)
    {
        var source = McapSource.Open(path);
        Span<byte> start = stackalloc byte[ZstdMagic.Length];
        if (source.Length < start.Length || source.ReadSome(0, start) < start.Length
            || !start.SequenceEqual(ZstdMagic))
            return source;
        using (source)
            return Unpack(source, Codec<IFileCodec>("zstd", path, options), options);
    }

    /// <summary>The codec of a name.</summary>
    /// <exception cref="RecordingException">There is none.</exception>
    public static T Codec<T>(string name, string path, McapReadOptions options)
        where T : IChunkCodec
    {
        foreach (var codec in options.Codecs)
        {
            if (codec is T wanted && codec.Name == name)
                return wanted;
        }

        throw new RecordingException(
            $"cannot read {path}: it is compressed with '{McapSizes.Shorten(name)}' and no such codec is at hand; "
            + "install the library of that codec, or unpack it first");
    }

    private static McapSource Unpack(McapSource packed, IFileCodec codec, McapReadOptions options)
    {
        var path = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName());
        var file = new FileStream(
            path, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.None, BufferBytes, FileOptions.DeleteOnClose);
        try
        {
            codec.Unpack(new McapSourceStream(packed), file, packed.Length * options.MaxCompressionRatio);
            file.Flush();
            return McapSource.Over(file, packed.Name, leaveOpen: false);
        }
        catch (Exception fault)
        {
            file.Dispose();
            if (!McapSink.IsOperating(fault))
                throw;
            throw new RecordingException(
                $"cannot unpack {packed.Name} to {Path.GetTempPath()}: {fault.Message.TrimEnd('.')}; make room", fault);
        }
    }
}
