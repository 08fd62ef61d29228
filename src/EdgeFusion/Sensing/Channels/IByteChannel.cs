namespace EdgeFusion.Sensing.Channels;

/// <summary>An open stream of bytes to and from a device: a serial line, a TCP connection, or a test's own.</summary>
/// <remarks><b>Threading.</b> One thread at a time; <see cref="IDisposable.Dispose"/> is idempotent.</remarks>
public interface IByteChannel : IDisposable
{
    /// <summary>What is connected, for messages: /dev/ttyUSB0, robot:30004.</summary>
    string Name { get; }

    /// <summary>Takes what has come, waiting for the first byte. Hot path: allocates nothing.</summary>
    /// <param name="buffer">Where the bytes go; not empty.</param>
    /// <param name="timeout">Longest wait; 0 only looks.</param>
    /// <returns>Bytes taken; 0 when the time is over.</returns>
    /// <exception cref="SensorException">The other side is gone: unplugged, closed, reset.</exception>
    int Read(Span<byte> buffer, TimeSpan timeout);

    /// <summary>Hands all bytes to the line, waiting a second at most.</summary>
    /// <exception cref="SensorException">The other side is gone, or takes no bytes.</exception>
    void Write(ReadOnlySpan<byte> bytes);
}
