using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using EdgeFusion.Linux.Interop.Libc;
using EdgeFusion.Linux.Serial;
using EdgeFusion.Testing;

namespace EdgeFusion.Linux.Tests.Serial;

/// <summary>The termios port against pseudo-terminals.</summary>
public sealed class SerialPortTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    [Theory]
    [InlineData(9_600)]
    [InlineData(19_200)]
    [InlineData(57_600)]
    [InlineData(230_400)]
    [InlineData(250_000)]
    [InlineData(460_800)]
    [InlineData(1_000_000)]
    [InlineData(3_000_000)]
    [InlineData(12_345)]
    public void Bytes_of_every_value_pass_at_any_baud_rate(int baud)
    {
        using var device = new PseudoTerminal();
        using SerialPort port = Open(device.Device, baud);
        byte[] all = [.. Enumerable.Range(0, 256).Select(i => (byte)i)];

        device.Write(all);
        Assert.Equal(all, ReadAll(buffer => port.Read(buffer, Patience), all.Length));

        port.Write(all);
        Assert.Equal(all, ReadAll(buffer => device.Read(buffer, Patience), all.Length));
    }

    [Fact]
    public void A_read_without_bytes_ends_in_time()
    {
        using var device = new PseudoTerminal();
        using SerialPort port = Open(device.Device);

        Assert.Equal(0, port.Read(new byte[4], TimeSpan.FromMilliseconds(5)));
        Assert.Equal(0, port.Read(new byte[4], TimeSpan.Zero));
    }

    [Fact]
    public void An_unplug_ends_a_read_with_a_sentence()
    {
        var device = new PseudoTerminal();
        using SerialPort port = Open(device.Device);
        device.Dispose();

        SensorException fault = Assert.Throws<SensorException>(() => port.Read(new byte[4], Patience));

        Assert.Contains("unplugged", fault.Message, StringComparison.Ordinal);
        Assert.Throws<SensorException>(() => port.Write([1]));
    }

    [Fact]
    public void A_line_in_use_is_refused_to_a_second_opener_and_free_again_after()
    {
        using var device = new PseudoTerminal();
        SerialPort first = Open(device.Device);

        SensorException fault = Assert.Throws<SensorException>(() => Open(device.Device));
        first.Dispose();
        Open(device.Device).Dispose();

        Assert.Contains("in use by another program", fault.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/dev/edgefusion-none", "There is no serial device '/dev/edgefusion-none'. Plug it in.")]
    [InlineData("/dev/null", "'/dev/null' is no serial device.")]
    public void What_is_no_line_is_a_sentence(string device, string expected) =>
        Assert.StartsWith(expected, Assert.Throws<SensorException>(() => Open(device)).Message);

    [Fact]
    public void A_line_without_permission_names_the_group() =>
        Assert.Contains(
            "usermod -aG dialout", SerialFault.OnOpen("/dev/ttyUSB0", LibcTerminal.ErrorAccess),
            StringComparison.Ordinal);

    [Fact]
    public void A_thousand_failing_opens_leak_nothing()
    {
        int before = OpenDescriptors();

        for (int i = 0; i < 500; i++)
        {
            Assert.Throws<SensorException>(() => Open("/dev/edgefusion-none"));
            Assert.Throws<SensorException>(() => Open("/dev/null"));
        }

        // Other tests of this process open and close theirs meanwhile; a leak would be a thousand.
        Assert.InRange(OpenDescriptors() - before, -1_000, 300);
    }

    [Fact]
    public void A_link_keeps_its_name_over_a_replug()
    {
        string link = Path.Combine(Path.GetTempPath(), $"edgefusion-link-{Environment.ProcessId}");
        using (new PseudoTerminal(link))
        {
            Assert.NotNull(new FileInfo(link).LinkTarget);
        }

        Assert.Null(new FileInfo(link).LinkTarget);
        using var again = new PseudoTerminal(link);
        Open(link).Dispose();
    }

    [Fact]
    public void Reading_and_writing_allocate_nothing()
    {
        using var device = new PseudoTerminal();
        using SerialPort port = Open(device.Device);
        var buffer = new byte[64];
        long allocated = 0;
        for (int round = 0; round < 2; round++)
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            for (int i = 0; i < 1_000; i++)
            {
                device.Write(buffer.AsSpan(0, 37));
                port.Read(buffer, Patience);
                port.Write(buffer.AsSpan(0, 4));
                device.Read(buffer, Patience);
            }

            allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        }

        Allocations.AssertNone(1_000, allocated);
    }

    [Fact]
    public void Structures_have_the_layout_of_the_kernel()
    {
        Assert.Equal(44, Unsafe.SizeOf<Termios2>());
        Assert.Equal(8, Marshal.OffsetOf<Termios2>(nameof(Termios2.ControlFlags)).ToInt32());
        Assert.Equal(36, Marshal.OffsetOf<Termios2>(nameof(Termios2.InputSpeed)).ToInt32());
        Assert.Equal(40, Marshal.OffsetOf<Termios2>(nameof(Termios2.OutputSpeed)).ToInt32());
        Assert.Equal(72, Unsafe.SizeOf<SerialSettings>());
        Assert.Equal(16, Marshal.OffsetOf<SerialSettings>(nameof(SerialSettings.Flags)).ToInt32());
    }

    internal static int OpenDescriptors() => Directory.GetFileSystemEntries("/proc/self/fd").Length;

    internal static SerialPort Open(string device, int baud = 115_200) =>
        SerialPort.Open(new SerialOptions { Device = device, BaudRate = baud });

    private static byte[] ReadAll(Func<byte[], int> read, int count)
    {
        var all = new List<byte>();
        var buffer = new byte[300];
        while (all.Count < count)
        {
            int got = read(buffer);
            Assert.True(got > 0, $"only {all.Count} bytes came");
            all.AddRange(buffer[..got]);
        }

        return [.. all];
    }
}
