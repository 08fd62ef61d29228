namespace EdgeFusion.Recording.Mcap;

/// <summary>What a recovery brought over, and what it could not.</summary>
public sealed class McapRecoveryReport
{
    /// <summary>Bytes of the damaged file.</summary>
    public long FileBytes { get; internal set; }

    /// <summary>Whether the file had its end: a process that was killed leaves none.</summary>
    public bool WasFinished { get; internal set; }

    /// <summary>Chunks brought over.</summary>
    public long Chunks { get; internal set; }

    /// <summary>Messages brought over, counted again in the new file.</summary>
    public long Messages { get; internal set; }

    /// <summary>Messages brought over by topic.</summary>
    public IReadOnlyDictionary<string, long> MessagesByTopic { get; internal set; } = new Dictionary<string, long>();

    /// <summary>Messages that the file's own statistics count; null where it has none that can be trusted.</summary>
    public long? MessagesExpected { get; internal set; }

    /// <summary>Intact messages left out, because no definition of their channel is left in the file.</summary>
    public long MessagesWithoutChannel { get; internal set; }

    /// <summary>Messages brought over whose log time lies after the year 2116.</summary>
    public long AbsurdTimes { get; internal set; }

    /// <summary>Messages brought over that no CRC covered: they may be damaged, and nobody can tell.</summary>
    public long Unverified { get; internal set; }

    /// <summary>Attachments and metadata records brought over.</summary>
    public long Others { get; internal set; }

    /// <summary>Whether the CRC of the data section differs: something in it is damaged, perhaps only outside of chunks
    /// (metadata, attachments, indexes).</summary>
    public bool SectionCrcMismatch { get; internal set; }

    /// <summary>What could not be brought over, in file order.</summary>
    public IReadOnlyList<McapDamage> Damages { get; internal set; } = [];

    /// <summary>Bytes of all damages.</summary>
    public long LostBytes
    {
        get
        {
            long lost = 0;
            foreach (var damage in Damages)
                lost += damage.Bytes;
            return lost;
        }
    }

    /// <summary>
    /// Messages lost; null where the file does not tell. Exact where every damaged chunk has its index, or where the
    /// file's statistics are left.
    /// </summary>
    public long? MessagesLost
    {
        get
        {
            if (MessagesExpected is { } expected)
                return Math.Max(0, expected - Messages);
            var lost = MessagesWithoutChannel;
            foreach (var damage in Damages)
            {
                if (damage.Messages is not { } counted)
                    return null;
                lost += counted;
            }

            return lost;
        }
    }

    /// <summary>Whether everything that is in the file was brought over and verified.</summary>
    public bool IsComplete => Damages.Count == 0 && MessagesWithoutChannel == 0 && !SectionCrcMismatch
        && Unverified == 0 && MessagesLost is 0;
}
