namespace EdgeFusion.Sensing.Devices;

/// <summary>What a decoder made of a whole frame.</summary>
internal enum FrameVerdict
{
    /// <summary>A measurement; the reading is filled.</summary>
    Sample,

    /// <summary>Something else that is in order: an answer, a message, another's traffic.</summary>
    Other,

    /// <summary>A measurement that must not be used: the device says so, or it cannot be true.</summary>
    Invalid,

    /// <summary>Not what it should be although it came in one piece (text that is no line of numbers).</summary>
    Damaged,

    /// <summary>A measurement that was there before, or comes too late.</summary>
    Duplicate,
}
