using EdgeFusion.Linux.Interop.Libc;
using EdgeFusion.Sensing.Channels;
using Microsoft.Win32.SafeHandles;

namespace EdgeFusion.Linux.Serial;

/// <summary>
/// A serial line that exists only in the kernel: this object is the device's end, <see cref="Device"/> the name of the
/// other. Disposing it is an unplug. For simulators and tests.
/// </summary>
/// <remarks><b>Threading.</b> One thread; <see cref="Dispose"/> too.</remarks>
public sealed class PseudoTerminal : IByteChannel
{
    private static readonly TimeSpan Nap = TimeSpan.FromMilliseconds(5);
    private readonly SafeFileHandle _master;
    private readonly string? _link;

    /// <summary>Makes a pair.</summary>
    /// <param name="link">A name for the other end that stays over several pairs (a symbolic link); null for none.
    /// </param>
    /// <exception cref="SensorException">The system gives none.</exception>
    public PseudoTerminal(string? link = null)
    {
        _master = LibcTerminal.OpenTerminal("/dev/ptmx", out int error);
        if (_master.IsInvalid || !LibcTerminal.TryUnlockPty(_master)
            || !LibcTerminal.TryGetPtyNumber(_master, out int number))
        {
            _master.Dispose();
            throw new SensorException(
                $"Cannot make a pseudo-terminal: {LibcTerminal.Describe(error)}. Is /dev/pts mounted?");
        }

        Device = FormattableString.Invariant($"/dev/pts/{number}");
        MakeRaw(Device);
        if (link is not null)
        {
            Link(link);
            _link = link;
        }
    }

    /// <summary>Name of the other end.</summary>
    public string Device { get; }

    /// <inheritdoc/>
    public string Name => _link ?? Device;

    /// <summary>Bytes that nobody took: the other end was closed, or its buffer full.</summary>
    public long Dropped { get; private set; }

    /// <inheritdoc/>
    public int Read(Span<byte> buffer, TimeSpan timeout)
    {
        short happened = Await(PollDescriptor.In, timeout);
        if ((happened & PollDescriptor.In) == 0)
        {
            if ((happened & PollDescriptor.HangUp) != 0)
            {
                // Nobody has the other end open; poll would say so at once again and again.
                PollDescriptor.Wait([], timeout < Nap ? timeout : Nap);
            }

            return 0;
        }

        return Math.Max(0, LibcTerminal.Read(_master, buffer, out _));
    }

    /// <summary>Sends as a real line does: what the other end does not take is lost.</summary>
    public void Write(ReadOnlySpan<byte> bytes)
    {
        short happened = Await(PollDescriptor.Out, TimeSpan.Zero);
        bool closed = (happened & PollDescriptor.HangUp) != 0;
        int count = closed ? 0 : Math.Max(0, LibcTerminal.Write(_master, bytes, out _));
        Dropped += bytes.Length - count;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_link is not null && new FileInfo(_link).LinkTarget == Device)
        {
            File.Delete(_link);
        }

        _master.Dispose();
    }

    private static void MakeRaw(string device)
    {
        // Echo is on in a new pair: what the device says would come back to it until somebody opens the other end.
        using SafeFileHandle line = LibcTerminal.OpenTerminal(device, out _);
        if (!line.IsInvalid && LibcTerminal.TryGetTermios(line, out Termios2 settings))
        {
            settings.InputFlags = 0;
            settings.OutputFlags = 0;
            settings.LocalFlags = 0;
            LibcTerminal.TrySetTermios(line, settings);
        }
    }

    private void Link(string link)
    {
        if (new FileInfo(link).LinkTarget is not null)
        {
            File.Delete(link);
        }

        File.CreateSymbolicLink(link, Device);
    }

    private short Await(short events, TimeSpan timeout)
    {
        var descriptor = new PollDescriptor((int)_master.DangerousGetHandle(), events);
        PollDescriptor.Wait(System.Runtime.InteropServices.MemoryMarshal.CreateSpan(ref descriptor, 1), timeout);
        return descriptor.Returned;
    }
}
