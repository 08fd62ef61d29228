using EdgeFusion.Linux.Media;
using EdgeFusion.Sensing;

namespace EdgeFusion.Linux.Tests.Media;

public sealed class MediaPlannerTests
{
    [Fact]
    public void Text_from_the_configuration_never_becomes_notation()
    {
        const string Evil = "x ! filesink location=/tmp/evil";
        foreach (GStreamerSource source in Enum.GetValues<GStreamerSource>())
        {
            if (source == GStreamerSource.Custom)
            {
                continue;
            }

            MediaPlan plan = Plan(new GStreamerOptions
            {
                Source = source,
                Device = Evil,
                Url = Evil,
                Path = Evil,
                User = Evil,
                Pattern = Evil,
            });

            Assert.DoesNotContain("filesink", plan.Text, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void A_camera_prefers_its_own_size_then_jpeg_then_anything()
    {
        string text = Plan(new GStreamerOptions { Source = GStreamerSource.V4l2 }).Text;

        Assert.Contains(
            "video/x-raw,width=640,height=480,framerate=30/1;image/jpeg,width=640,height=480,framerate=30/1;",
            text, StringComparison.Ordinal);
        Assert.EndsWith("drop=true", text, StringComparison.Ordinal);
    }

    [Fact]
    public void On_a_jetson_scaling_and_conversion_are_done_in_hardware()
    {
        MediaPlan plan = Plan(
            new GStreamerOptions { Source = GStreamerSource.Csi, Device = "1" },
            element => element is "nvvidconv" or "nvarguscamerasrc");

        Assert.StartsWith("nvarguscamerasrc", plan.Text, StringComparison.Ordinal);
        Assert.Contains("video/x-raw(memory:NVMM),width=640", plan.Text, StringComparison.Ordinal);
        Assert.Contains("nvvidconv", plan.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("videoconvert", plan.Text, StringComparison.Ordinal);
        Assert.Contains(("sensor-id", "1"), plan.Properties);
    }

    [Fact]
    public void A_raspberry_camera_is_read_by_libcamera() => Assert.StartsWith(
        "libcamerasrc",
        Plan(new GStreamerOptions { Source = GStreamerSource.Csi }, element => element == "libcamerasrc").Text,
        StringComparison.Ordinal);

    [Theory]
    [InlineData(false, "drop-on-latency=false")]
    [InlineData(true, "drop-on-latency=true")]
    public void Packets_that_come_late_are_left_out_only_where_packets_get_lost(bool overUdp, string expected)
    {
        var options = new GStreamerOptions
        {
            Source = GStreamerSource.Rtsp,
            Url = "rtsp://camera/stream",
            OverUdp = overUdp,
        };

        Assert.Contains(expected, Plan(options, _ => true).Text, StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_waits_for_us_instead_of_losing_frames()
    {
        MediaPlan plan = Plan(new GStreamerOptions { Source = GStreamerSource.File, Path = "a.mkv" });

        Assert.False(plan.IsLive);
        Assert.EndsWith("drop=false", plan.Text, StringComparison.Ordinal);
    }

    [Fact]
    public void A_password_comes_from_its_file_and_shows_nowhere()
    {
        string file = Path.GetTempFileName();
        File.WriteAllText(file, "hunter2\nrest");
        var options = new GStreamerOptions
        {
            Source = GStreamerSource.Rtsp,
            Url = "rtsp://camera/1",
            User = "me",
            PasswordFile = file,
        };

        MediaPlan plan = Plan(options);
        File.Delete(file);

        Assert.Contains(("user-pw", "hunter2"), plan.Properties);
        Assert.DoesNotContain("hunter2", plan.Text + plan.What + options, StringComparison.Ordinal);
    }

    private static MediaPlan Plan(GStreamerOptions options, Func<string, bool>? has = null) =>
        MediaPlanner.Make(MediaBench.Camera(640, 480), options, has ?? (_ => false));
}
