using EdgeFusion.Linux.Discovery;

namespace EdgeFusion.Linux.Tests.Discovery;

public sealed class DeviceSearchTests : IDisposable
{
    private readonly string _root = Directory.CreateTempSubdirectory("edgefusion-devices").FullName;

    public void Dispose() => Directory.Delete(_root, recursive: true);

    [Fact]
    public void A_camera_is_named_by_its_durable_link_and_its_metadata_node_left_out()
    {
        Write("dev/video0", "");
        Write("dev/video1", "");
        Write("sys/class/video4linux/video0/name", "USB Camera\n");
        Write("sys/class/video4linux/video0/index", "0\n");
        Write("sys/class/video4linux/video1/index", "1\n");
        Link("dev/v4l/by-id/usb-cam-index0", "dev/video0");

        FoundDevice camera = Assert.Single(Search().Cameras());

        Assert.Equal(
            new FoundDevice("camera", "/dev/v4l/by-id/usb-cam-index0", "/dev/video0", "USB Camera", null), camera);
    }

    [Fact]
    public void Only_sound_devices_that_capture_are_microphones()
    {
        Write("proc/asound/pcm", "00-03: HDMI 0 : HDMI 0 : playback 1\n01-00: USB Audio : USB Audio : capture 1\n");
        Write("proc/asound/card1/id", "Device\n");

        FoundDevice microphone = Assert.Single(Search().Microphones());

        Assert.Equal("plughw:CARD=Device,DEV=0", microphone.Address);
        Assert.Equal("/dev/snd/pcmC1D0c", microphone.Node);
    }

    [Fact]
    public void Serial_ports_are_named_by_a_rule_then_by_id_then_by_node()
    {
        Write("dev/ttyUSB0", "");
        Write("dev/ttyUSB1", "");
        Write("dev/ttyACM0", "");
        Link("dev/serial/by-id/usb-FTDI-0", "dev/ttyUSB0");
        Link("dev/serial/by-id/usb-FTDI-1", "dev/ttyUSB1");
        Link("dev/edgefusion/wrist", "dev/ttyUSB1");

        string[] addresses = [.. Search().SerialPorts().Select(p => p.Address)];

        Assert.Equal(["/dev/serial/by-id/usb-FTDI-0", "/dev/edgefusion/wrist", "/dev/ttyACM0"], addresses);
    }

    [Fact]
    public void A_machine_without_devices_lists_none() => Assert.Empty(Search().All());

    [Fact]
    public void The_real_machine_can_be_looked_at() => Assert.NotNull(new DeviceSearch().All());

    private DeviceSearch Search() => new(_root);

    private void Write(string path, string text)
    {
        string full = Path.Combine(_root, path);
        Directory.CreateDirectory(Path.GetDirectoryName(full)!);
        File.WriteAllText(full, text);
    }

    private void Link(string path, string target)
    {
        string full = Path.Combine(_root, path);
        Directory.CreateDirectory(Path.GetDirectoryName(full)!);
        File.CreateSymbolicLink(full, Path.Combine(_root, target));
    }
}
