namespace EdgeFusion.Recording.Import;

/// <summary>Unit of a time column, as the number of decimal digits down to a nanosecond.</summary>
internal enum TimeUnit
{
    /// <summary>Nanoseconds.</summary>
    Nanoseconds = 0,

    /// <summary>Microseconds.</summary>
    Microseconds = 3,

    /// <summary>Milliseconds.</summary>
    Milliseconds = 6,

    /// <summary>Seconds.</summary>
    Seconds = 9,
}
