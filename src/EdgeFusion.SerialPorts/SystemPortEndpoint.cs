using EdgeFusion.Sensing.Channels;

namespace EdgeFusion.SerialPorts;

/// <summary>A serial line opened through System.IO.Ports: for Windows, and where our own termios port does not fit.
/// </summary>
/// <param name="options">The line.</param>
public sealed class SystemPortEndpoint(SystemPortOptions options) : IByteEndpoint
{
    private const long NanosecondsPerSecond = 1_000_000_000;

    /// <inheritdoc/>
    public string Name => options.Device;

    /// <summary>Start bit, 8 data bits, parity, stop bits.</summary>
    public long ByteNanoseconds =>
        (9 + options.StopBits + (options.Parity == 0 ? 0 : 1)) * NanosecondsPerSecond / options.BaudRate;

    /// <inheritdoc/>
    public IByteChannel Open(CancellationToken stopping) => SystemPort.Open(options);
}
