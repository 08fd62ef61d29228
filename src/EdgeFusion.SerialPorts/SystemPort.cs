using System.Diagnostics;
using System.IO.Ports;
using EdgeFusion.Sensing.Channels;

namespace EdgeFusion.SerialPorts;

/// <summary>An open serial line of System.IO.Ports with a guard against stale ports.</summary>
/// <remarks>
/// After an unplug SerialPort stays open and its reads and writes go nowhere (dotnet/runtime#121627), so whenever
/// nothing has come we look whether the port still exists. <b>Threading.</b> As <see cref="IByteChannel"/> says.
/// </remarks>
public sealed class SystemPort : ISerialPort
{
    private const int WriteMilliseconds = 1_000;
    private const int ChunkBytes = 4_096;
    private static readonly TimeSpan LookInterval = TimeSpan.FromMilliseconds(100);

    private readonly SerialPort _port;
    private readonly byte[] _chunk = new byte[ChunkBytes];
    private long _looked = Stopwatch.GetTimestamp();

    private SystemPort(SerialPort port) => _port = port;

    /// <inheritdoc/>
    public string Name => _port.PortName;

    /// <inheritdoc/>
    public int BaudRate => _port.BaudRate;

    /// <summary>Opens a line.</summary>
    /// <exception cref="SensorException">It is missing, taken, or cannot be set so.</exception>
    public static SystemPort Open(SystemPortOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        Parity parity = options.Parity switch { 1 => Parity.Even, 2 => Parity.Odd, _ => Parity.None };
        StopBits stopBits = options.StopBits == 2 ? StopBits.Two : StopBits.One;
        var port = new SerialPort(options.Device, options.BaudRate, parity, 8, stopBits)
        {
            Handshake = Handshake.None,
            WriteTimeout = WriteMilliseconds,
        };
        try
        {
            port.Open();
            return new SystemPort(port);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException or ArgumentException
            or PlatformNotSupportedException)
        {
            port.Dispose();
            throw new SensorException(
                $"Cannot open serial port {options.Device}: {fault.Message.TrimEnd('.')}; is it plugged in, free, and "
                + "this user in the group dialout ('edgefusion devices' lists the ports)?",
                fault);
        }
    }

    /// <inheritdoc/>
    public int Read(Span<byte> buffer, TimeSpan timeout)
    {
        try
        {
            long start = Stopwatch.GetTimestamp();
            while (_port.BytesToRead == 0)
            {
                RequirePort();
                if (Stopwatch.GetElapsedTime(start) >= timeout)
                {
                    return 0;
                }

                // SerialPort's own wait ends in an exception each time nothing comes.
                Thread.Sleep(1);
            }

            int wanted = Math.Min(Math.Min(buffer.Length, _chunk.Length), _port.BytesToRead);
            int count = _port.Read(_chunk, 0, wanted);
            _chunk.AsSpan(0, count).CopyTo(buffer);
            return count;
        }
        catch (Exception fault) when (fault is IOException or InvalidOperationException or UnauthorizedAccessException
            or TimeoutException)
        {
            throw Gone(fault);
        }
    }

    /// <inheritdoc/>
    public void Write(ReadOnlySpan<byte> bytes)
    {
        RequirePort();
        try
        {
            while (!bytes.IsEmpty)
            {
                int count = Math.Min(bytes.Length, _chunk.Length);
                bytes[..count].CopyTo(_chunk);
                _port.Write(_chunk, 0, count);
                bytes = bytes[count..];
            }
        }
        catch (Exception fault) when (fault is IOException or InvalidOperationException or UnauthorizedAccessException
            or TimeoutException)
        {
            throw Gone(fault);
        }
    }

    /// <inheritdoc/>
    public void DiscardInput()
    {
        try
        {
            _port.DiscardInBuffer();
        }
        catch (Exception fault) when (fault is IOException or InvalidOperationException)
        {
            throw Gone(fault);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _port.Dispose();

    /// <summary>Looks ten times a second whether the port is still listed; a node that is gone was unplugged.</summary>
    private void RequirePort()
    {
        if (Stopwatch.GetElapsedTime(_looked) < LookInterval)
        {
            return;
        }

        _looked = Stopwatch.GetTimestamp();
        bool isThere = OperatingSystem.IsWindows()
            ? Array.Exists(
                SerialPort.GetPortNames(), name => string.Equals(name, Name, StringComparison.OrdinalIgnoreCase))
            : File.Exists(Name);
        if (!isThere)
        {
            throw new SensorException($"Serial port {Name} is gone: unplugged.");
        }
    }

    private SensorException Gone(Exception fault) =>
        new($"Serial port {Name} is gone: {fault.Message.TrimEnd('.')}.", fault);
}
