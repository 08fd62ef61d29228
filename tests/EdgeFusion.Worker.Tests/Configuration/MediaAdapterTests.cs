using System.Collections.Immutable;
using EdgeFusion.Sensing;
using EdgeFusion.Worker.Composition;
using EdgeFusion.Worker.Configuration;

namespace EdgeFusion.Worker.Tests.Configuration;

public sealed class MediaAdapterTests
{
    [Fact]
    public void A_camera_is_described_by_width_height_and_rate()
    {
        ISensor camera = Make("gstreamer", ("Source", "test"), ("Width", "320"), ("Height", "200"), ("Fps", "15"),
            ("Format", "gray8"));

        Assert.Equal("camera", camera.Info.Modality);
        Assert.Equal(new FrameLayout(320, 200, PixelFormat.Gray8), camera.Info.Layout);
        Assert.Equal(15, camera.Info.RateHz);
    }

    [Theory]
    [InlineData("gstreamer")]
    [InlineData("alsa")]
    public void A_microphone_is_described_by_rate_channels_and_block(string adapter)
    {
        (string, string)[] own = adapter == "alsa" ? [("Device", "default")] : [("Source", "pulse")];
        ISensor microphone = Make(adapter, [("Rate", "48000"), ("Channels", "2"), ("BlockMs", "20"), .. own]);

        Assert.Equal("microphone", microphone.Info.Modality);
        Assert.Equal(new AudioLayout(2, AudioFormat.Float32, 960), microphone.Info.Layout);
    }

    [Fact]
    public void Joints_of_a_ros_topic_become_elements()
    {
        ISensor arm = Make("foxglove", ("Topic", "/joint_states"), ("Type", "JointState"), ("Joints", "a, b"),
            ("Fields", "position, effort"), ("Rate", "500"));

        var layout = Assert.IsType<VectorLayout>(arm.Info.Layout);
        Assert.Equal("q_a q_b tau_a tau_b", string.Join(' ', layout.Elements));
        Assert.Equal("rad rad Nm Nm", string.Join(' ', layout.Units));
        Assert.Equal("proprioception", arm.Info.Modality);
    }

    [Fact]
    public void All_faults_of_a_sensor_are_listed_together()
    {
        var fault = Assert.Throws<ConfigurationException>(
            () => Make("gstreamer", ("Source", "test"), ("Width", "-1"), ("Fps", "soon"), ("Colour", "yes")));

        Assert.Contains("Settings:Width", fault.Message, StringComparison.Ordinal);
        Assert.Contains("Settings:Fps", fault.Message, StringComparison.Ordinal);
        Assert.Contains("Settings:Colour: there is no such setting", fault.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("rtsp", "file:///etc/passwd")]
    [InlineData("http", "exec:ls")]
    [InlineData("rtsp", "")]
    public void Only_addresses_of_the_source_are_taken(string source, string url) => Assert.Contains(
        "Settings:Url", Assert.Throws<ConfigurationException>(
            () => Make("gstreamer", ("Source", source), ("Url", url))).Message, StringComparison.Ordinal);

    [Fact]
    public void A_password_in_an_address_is_refused_and_not_repeated()
    {
        var fault = Assert.Throws<ConfigurationException>(
            () => Make("gstreamer", ("Url", "rtsp://me:hunter2@camera/1")));

        Assert.Contains("PasswordFile", fault.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("hunter2", fault.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("rosbridge", "Topic")]
    [InlineData("foxglove", "Type")]
    public void What_a_ros_topic_lacks_is_said(string adapter, string missing) => Assert.Contains(
        $"Settings:{missing} is missing",
        Assert.Throws<ConfigurationException>(() => Make(adapter)).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("opencv", "EdgeFusion.OpenCvSharp")]
    [InlineData("naudio", "EdgeFusion.NAudio")]
    public void A_package_adapter_is_there_exactly_where_the_build_has_it(string adapter, string assembly)
    {
        bool inBuild = typeof(Adapters).Assembly.GetReferencedAssemblies().Any(a => a.Name == assembly);
        if (inBuild)
        {
            Make(adapter).Dispose();
            return;
        }

        Assert.Contains(
            "WithPackages", Assert.Throws<ConfigurationException>(() => Make(adapter)).Message,
            StringComparison.Ordinal);
    }

    private static ISensor Make(string adapter, params (string Key, string Value)[] settings)
    {
        var options = new SensorOptions
        {
            Adapter = adapter,
            Settings = settings.ToDictionary(s => s.Key, s => s.Value, StringComparer.Ordinal),
        };
        ImmutableArray<ISensor> made = new SensorFactory(new SimulatorOptions()).Create(
            new Dictionary<string, SensorOptions> { ["sensor"] = options });
        return made[0];
    }
}
