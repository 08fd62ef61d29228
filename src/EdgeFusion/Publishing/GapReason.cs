namespace EdgeFusion.Publishing;

/// <summary>Why messages were never delivered.</summary>
public enum GapReason : byte
{
    /// <summary>The outbox was full.</summary>
    Full = 0,

    /// <summary>They had waited for too long.</summary>
    Expired = 1,

    /// <summary>The broker refused them, or they can never be sent.</summary>
    Refused = 2,

    /// <summary>They could not be read back from the log.</summary>
    Damaged = 3,

    /// <summary>They never came to the publisher: predictions were faster than it could take them.</summary>
    Skipped = 4,
}
