using EdgeFusion.Sensing;

namespace EdgeFusion.Recording.Import;

/// <summary>The samples of one stream in one segment, in the order of their file.</summary>
internal abstract class SegmentCursor : IDisposable
{
    /// <summary>The sensor that the file describes; equal in every segment.</summary>
    public abstract SensorInfo Info { get; }

    /// <summary>Whether payloads are JPEG or PNG files.</summary>
    public virtual bool IsCompressed => false;

    /// <summary>Time of the current sample on the file's own clock.</summary>
    public long Nanoseconds { get; protected set; }

    /// <summary>Rows that could not become samples: a number is not finite, or a joined row is missing or too old.
    /// </summary>
    public long Skipped { get; protected set; }

    /// <summary>The current sample; valid until the next <see cref="MoveNext"/>.</summary>
    public abstract ReadOnlySpan<byte> Payload { get; }

    /// <summary>Moves to the next sample.</summary>
    public abstract bool MoveNext();

    public abstract void Dispose();

    /// <summary>Opens a stream for a segment.</summary>
    public static SegmentCursor Open(MapStream stream, RowSources sources, Segment segment)
    {
        bool isWav = stream.Source.File.EndsWith(".wav", StringComparison.OrdinalIgnoreCase);
        return stream.Kind switch
        {
            MapKind.Frames => new ImageCursor(stream, sources.Folder, segment),
            MapKind.Audio when isWav => new WavCursor(stream, sources.Folder, segment),
            _ => new RowCursor(stream, sources, segment),
        };
    }
}
