namespace EdgeFusion.Linux.Serial;

/// <summary>The parity bit of a serial line.</summary>
public enum SerialParity
{
    /// <summary>None.</summary>
    None,

    /// <summary>An even number of ones.</summary>
    Even,

    /// <summary>An odd number of ones.</summary>
    Odd,
}
