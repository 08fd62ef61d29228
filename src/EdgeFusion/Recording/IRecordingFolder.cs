namespace EdgeFusion.Recording;

/// <summary>Port: the place where recordings of one series lie, for limits on what they may take.</summary>
/// <remarks><b>Threading.</b> One thread. <b>Exceptions.</b> IOException or UnauthorizedAccessException.</remarks>
public interface IRecordingFolder
{
    /// <summary>Bytes of the file system that are free for this user.</summary>
    long FreeBytes { get; }

    /// <summary>Bytes of the file system.</summary>
    long TotalBytes { get; }

    /// <summary>The finished recordings of the series, oldest first.</summary>
    IReadOnlyList<RecordingFile> List();

    /// <summary>Deletes one.</summary>
    void Delete(RecordingFile file);
}
