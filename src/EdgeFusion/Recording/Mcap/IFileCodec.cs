namespace EdgeFusion.Recording.Mcap;

/// <summary>Port: a codec that can also unpack a whole file, piece by piece.</summary>
public interface IFileCodec : IChunkCodec
{
    /// <summary>Unpacks a file.</summary>
    /// <param name="source">The packed file, read to its end.</param>
    /// <param name="target">Receives the contents.</param>
    /// <param name="limit">Most bytes to write, whatever the file claims.</param>
    /// <exception cref="RecordingException">Damaged, cut off, or larger than the limit.</exception>
    void Unpack(Stream source, Stream target, long limit);
}
