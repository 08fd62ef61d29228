using EdgeFusion.Linux.Tests.Audio;
using EdgeFusion.Linux.Tests.Media;
using EdgeFusion.Testing;

namespace EdgeFusion.Linux.Tests.Replug;

/// <summary>A few unplugs of every adapter's device; the soak of the same name does hundreds.</summary>
[Collection(PulseServer.Alsa)]
public sealed class ReplugTests
{
    private const int Times = 3;

    /// <summary>Twice the promise: other tests share the machine.</summary>
    private const double LongestSeconds = 4;

    [Theory]
    [InlineData("robotiq")]
    [InlineData("bota")]
    [InlineData("kunwei")]
    [InlineData("optoforce")]
    [InlineData("text")]
    [InlineData("witmotion")]
    [InlineData("dynamixel")]
    [InlineData("feetech")]
    [InlineData("rdt")]
    [InlineData("schunk")]
    [InlineData("rtde")]
    [InlineData("rtde-frozen")]
    [InlineData("xarm")]
    [InlineData("xarm-frozen")]
    [InlineData("foxglove")]
    [InlineData("foxglove-frozen")]
    [InlineData("rosbridge")]
    [InlineData("rosbridge-frozen")]
    public void Data_come_again_soon_after_a_device_is_back(string name) => Try(name);

    [NeedsLibraryFact(RtspServer.Library)]
    public void Pictures_come_again_soon_after_an_rtsp_camera_is_back() => Try("rtsp");

    [NeedsLibraryFact(RtspServer.Library)]
    public void Pictures_come_again_soon_after_an_rtsp_camera_was_frozen() => Try("rtsp-frozen");

    [NeedsElementFact("souphttpsrc", "multipartdemux", "jpegdec")]
    public void Pictures_come_again_soon_after_a_web_camera_is_back() => Try("mjpeg");

    [NeedsElementFact("souphttpsrc", "multipartdemux", "jpegdec")]
    public void Pictures_come_again_soon_after_a_web_camera_was_frozen() => Try("mjpeg-frozen");

    [NeedsPulseFact]
    public void Sound_comes_again_soon_after_the_card_of_alsa_is_back() => Try("alsa");

    [NeedsPulseFact]
    public void Sound_comes_again_soon_after_the_card_of_gstreamer_is_back() => Try("pulse");

    private static void Try(string name)
    {
        using var trial = new ReplugTrial(ReplugBenches.All[name](), seed: 1);

        Assert.True(trial.Begin(), "nothing came at all");
        Assert.True(trial.Run(Times), "nothing came any more");

        Assert.InRange(trial.Seconds.Max(), 0, LongestSeconds);
        trial.Host.Dispose();
        Assert.Equal(0, trial.Host.Account.Unaccounted);
    }
}
