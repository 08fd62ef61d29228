using EdgeFusion.Sensing.Channels;

namespace EdgeFusion.Linux.Serial;

/// <summary>A serial line of this machine, opened through termios.</summary>
/// <param name="options">The line.</param>
public sealed class SerialEndpoint(SerialOptions options) : IByteEndpoint
{
    private const long NanosecondsPerSecond = 1_000_000_000;

    /// <inheritdoc/>
    public string Name => options.Device;

    /// <summary>Start bit, 8 data bits, parity, stop bits.</summary>
    public long ByteNanoseconds =>
        (9 + options.StopBits + (options.Parity == SerialParity.None ? 0 : 1)) * NanosecondsPerSecond
        / options.BaudRate;

    /// <inheritdoc/>
    public IByteChannel Open(CancellationToken stopping) => SerialPort.Open(options);
}
