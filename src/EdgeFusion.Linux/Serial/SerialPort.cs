using EdgeFusion.Linux.Interop.Libc;
using EdgeFusion.Sensing.Channels;
using Microsoft.Win32.SafeHandles;

namespace EdgeFusion.Linux.Serial;

/// <summary>
/// A serial line through termios: any baud rate, held exclusively, low latency, and an unplug is seen at once (poll
/// says hang-up), where System.IO.Ports goes on in silence (dotnet/runtime#121627).
/// </summary>
/// <remarks><b>Threading.</b> One thread. Hot path: <see cref="Read"/> allocates nothing.</remarks>
public sealed class SerialPort : ISerialPort
{
    private const int WriteMilliseconds = 1_000;
    private readonly SafeFileHandle _line;
    private bool _disposed;

    private SerialPort(SafeFileHandle line, SerialOptions options)
    {
        _line = line;
        Name = options.Device;
        BaudRate = options.BaudRate;
    }

    /// <inheritdoc/>
    public string Name { get; }

    /// <inheritdoc/>
    public int BaudRate { get; }

    /// <summary>Opens a line: raw, 8 bits, no flow control, its input empty.</summary>
    /// <exception cref="SensorException">It is missing, busy, forbidden or no serial line; the message says what to do.
    /// </exception>
    public static SerialPort Open(SerialOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        SafeFileHandle line = LibcTerminal.OpenTerminal(options.Device, out int error);
        if (line.IsInvalid)
        {
            line.Dispose();
            throw new SensorException(SerialFault.OnOpen(options.Device, error));
        }

        try
        {
            Configure(line, options);
            return new SerialPort(line, options);
        }
        catch
        {
            line.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public int Read(Span<byte> buffer, TimeSpan timeout)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        short happened = Await(PollDescriptor.In, timeout);
        if (happened == 0)
        {
            return 0;
        }

        int count = LibcTerminal.Read(_line, buffer, out int error);
        if (count > 0)
        {
            return count;
        }

        bool nothing = count < 0 && error is LibcTerminal.ErrorAgain or LibcTerminal.ErrorInterrupted;
        return nothing && (happened & (PollDescriptor.HangUp | PollDescriptor.Error)) == 0 ? 0 : throw Gone();
    }

    /// <inheritdoc/>
    public void Write(ReadOnlySpan<byte> bytes)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        while (!bytes.IsEmpty)
        {
            int count = LibcTerminal.Write(_line, bytes, out int error);
            if (count > 0)
            {
                bytes = bytes[count..];
                continue;
            }

            if (error is not (LibcTerminal.ErrorAgain or LibcTerminal.ErrorInterrupted))
            {
                throw Gone();
            }

            short happened = Await(PollDescriptor.Out, TimeSpan.FromMilliseconds(WriteMilliseconds));
            if ((happened & (PollDescriptor.HangUp | PollDescriptor.Error)) != 0)
            {
                throw Gone();
            }

            if (happened == 0)
            {
                throw new SensorException($"{Name} takes no bytes. Check the cable.");
            }
        }
    }

    /// <inheritdoc/>
    public void DiscardInput() => LibcTerminal.DiscardInput(_line);

    /// <inheritdoc/>
    public void Dispose()
    {
        if (!_disposed)
        {
            _disposed = true;
            LibcTerminal.Unlock(_line);
            _line.Dispose();
        }
    }

    private static void Configure(SafeFileHandle line, SerialOptions options)
    {
        if (!LibcTerminal.TryGetTermios(line, out Termios2 settings))
        {
            throw new SensorException(SerialFault.OnOpen(options.Device, LibcTerminal.ErrorNoTerminal));
        }

        if (!LibcTerminal.TryLock(line))
        {
            throw new SensorException(SerialFault.OnOpen(options.Device, LibcTerminal.ErrorBusy));
        }

        settings.InputFlags = 0;
        settings.OutputFlags = 0;
        settings.LocalFlags = 0;
        settings.ControlFlags = Termios2.CharacterSize8 | Termios2.EnableReceiver | Termios2.IgnoreModemLines
            | Termios2.BaudOther | (options.StopBits == 2 ? Termios2.TwoStopBits : 0)
            | options.Parity switch
            {
                SerialParity.Even => Termios2.ParityOn,
                SerialParity.Odd => Termios2.ParityOn | Termios2.OddParity,
                _ => 0,
            };
        settings.InputSpeed = (uint)options.BaudRate;
        settings.OutputSpeed = (uint)options.BaudRate;
        if (!LibcTerminal.TrySetTermios(line, settings))
        {
            throw new SensorException(
                $"{options.Device} refuses {options.BaudRate} baud. Choose a rate that the adapter can do.");
        }

        AskForLowLatency(line);

        // Bytes of an earlier user's speed or session are noise.
        LibcTerminal.DiscardAll(line);
    }

    /// <summary>Where the driver knows it (FTDI and most UARTs); the others are quick, or a udev rule helps.</summary>
    private static void AskForLowLatency(SafeFileHandle line)
    {
        if (LibcTerminal.TryGetSerial(line, out SerialSettings settings)
            && (settings.Flags & SerialSettings.LowLatency) == 0)
        {
            settings.Flags |= SerialSettings.LowLatency;
            LibcTerminal.TrySetSerial(line, settings);
        }
    }

    private short Await(short events, TimeSpan timeout)
    {
        var descriptor = new PollDescriptor((int)_line.DangerousGetHandle(), events);
        PollDescriptor.Wait(System.Runtime.InteropServices.MemoryMarshal.CreateSpan(ref descriptor, 1), timeout);
        return descriptor.Returned;
    }

    private SensorException Gone() => new(
        $"{Name} is gone: the device was unplugged or switched off. It is opened again when it is back.");
}
