namespace EdgeFusion.Linux.Serial;

/// <summary>A serial line.</summary>
public sealed record SerialOptions
{
    /// <summary>
    /// The device: best a name that stays, /dev/serial/by-id/... or one of a udev rule's, since /dev/ttyUSB0 may be
    /// another one after a restart.
    /// </summary>
    public required string Device { get; init; }

    /// <summary>Bits per second, 50..12 000 000; any number, not only the usual ones.</summary>
    public int BaudRate { get; init; } = 115_200;

    /// <summary>None (default), even or odd.</summary>
    public SerialParity Parity { get; init; }

    /// <summary>1 (default) or 2.</summary>
    public int StopBits { get; init; } = 1;
}
