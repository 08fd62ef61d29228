namespace EdgeFusion.Recording.Mcap;

/// <summary>
/// Reads messages by log time, across overlapping chunks and files; equal times in the order of the file. Obtained from
/// <see cref="McapIndexedReader.ReadMessages"/>.
/// </summary>
/// <remarks>
/// Hot path: nothing is allocated per message, and chunk memory is reused. Memory stays within
/// <see cref="McapReadOptions.MaxBufferedBytes"/> plus one chunk, stored and unpacked, for each file that overlaps in
/// time; where more chunks overlap than fit, they are read again in batches. <b>Threading.</b> One thread at a time.
/// </remarks>
public abstract class McapMessageReader
{
    private protected McapMessageReader()
    {
    }

    /// <summary>
    /// What could not be delivered so far, with <see cref="McapReadOptions.Recover"/>. Counts from the first
    /// <see cref="MoveNext"/> on; what opening found is in <see cref="McapIndexedReader.Losses"/>.
    /// </summary>
    public abstract McapLosses Losses { get; }

    /// <summary>The current message. Valid until the next <see cref="MoveNext"/> or <see cref="Seek"/>.</summary>
    /// <exception cref="InvalidOperationException">There is no current message.</exception>
    public abstract McapMessage Current { get; }

    /// <summary>This reader, so that foreach works on it.</summary>
    public McapMessageReader GetEnumerator() => this;

    /// <summary>Goes on at the first message at or after a log time, forwards or backwards.</summary>
    /// <param name="logTime">Time in ns; the filter's range still holds.</param>
    public abstract void Seek(ulong logTime);

    /// <summary>Moves to the next message.</summary>
    /// <returns>False at the end.</returns>
    /// <exception cref="RecordingException">The file is damaged or cannot be read.</exception>
    public abstract bool MoveNext();

    private protected static InvalidOperationException NoCurrent() =>
        new("there is no current message; call MoveNext first");
}
