using System.Globalization;

namespace EdgeFusion.Recording;

/// <summary>Keeps the recordings of one series within a quota and the file system from filling up.</summary>
/// <remarks><b>Threading.</b> One thread.</remarks>
public sealed class RecordingRetention(IRecordingFolder folder, RecordingRetentionOptions options)
{
    /// <summary>Recording goes on only with this much more room than it was stopped at: no flapping.</summary>
    private const double Resume = 1.1;

    private bool _stopped;

    /// <summary>Files deleted so far to make room.</summary>
    public long Deleted { get; private set; }

    /// <summary>Makes room where that is allowed.</summary>
    /// <param name="openBytes">Bytes of the file being written.</param>
    /// <returns>Why recording has to stop; null where it may go on.</returns>
    public string? Check(long openBytes)
    {
        try
        {
            string? reason = Enforce(openBytes);
            _stopped = reason is not null;
            return reason;
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            return $"cannot look after the folder of recordings: {fault.Message.TrimEnd('.')}; check access to it";
        }
    }

    private string? Enforce(long openBytes)
    {
        IReadOnlyList<RecordingFile> files = folder.List();
        long used = openBytes;
        foreach (RecordingFile file in files)
        {
            used += file.Bytes;
        }

        long free = folder.FreeBytes;
        long wanted = (long)(options.MinFree * folder.TotalBytes * (_stopped ? Resume : 1));
        long quota = options.QuotaBytes == 0 ? long.MaxValue : (long)(options.QuotaBytes / (_stopped ? Resume : 1));
        int next = 0;
        while (options.KeepNewest && next < files.Count && (used > quota || free < wanted))
        {
            folder.Delete(files[next]);
            Deleted++;
            used -= files[next].Bytes;
            free += files[next].Bytes;
            next++;
        }

        if (used > quota)
        {
            return Invariant($"the recordings take {used / 1e6:F0} MB, the quota is {options.QuotaBytes / 1e6:F0} MB; ")
                + "raise the quota or move recordings away";
        }

        return free >= wanted ? null
            : Invariant($"only {free / 1e6:F0} MB are free on the disk, {wanted / 1e6:F0} MB have to stay free; ")
                + "make room";
    }

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
