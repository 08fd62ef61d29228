namespace EdgeFusion.SerialPorts;

/// <summary>A serial line for System.IO.Ports.</summary>
public sealed record SystemPortOptions
{
    /// <summary>The port: COM3 on Windows, /dev/serial/by-id/... on Linux.</summary>
    public required string Device { get; init; }

    /// <summary>Bits per second; default 115200.</summary>
    public int BaudRate { get; init; } = 115_200;

    /// <summary>0 none (default), 1 even, 2 odd.</summary>
    public int Parity { get; init; }

    /// <summary>1 (default) or 2.</summary>
    public int StopBits { get; init; } = 1;
}
