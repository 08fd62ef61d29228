using System.Runtime.InteropServices;
using EdgeFusion.Buffering;
using EdgeFusion.Sensing;
using EdgeFusion.Time;
using EdgeFusion.Worker.Dashboard;
using Xunit;

namespace EdgeFusion.Worker.Tests.Dashboard;

public sealed class AudioSpectrumTests
{
    private const double RateHz = 16_000;
    private const int Block = 160;

    [Theory]
    [InlineData(200)]
    [InlineData(1_000)]
    [InlineData(6_000)]
    public void A_sine_shows_at_its_frequency_with_its_level(double hertz)
    {
        SensorRing ring = Ring();
        for (int block = 0; block < 10; block++)
        {
            var samples = new float[Block];
            for (int i = 0; i < Block; i++)
            {
                samples[i] = (float)(0.5 * Math.Sin(2 * Math.PI * hertz * ((block * Block) + i) / RateHz));
            }

            MemoryMarshal.AsBytes(samples.AsSpan()).CopyTo(ring.Claim());
            var at = new Timestamp(block * 10_000_000L);
            ring.Publish(at, at, Block * sizeof(float), SampleFlags.None);
        }

        var spectrum = new AudioSpectrum(ring);

        Assert.True(spectrum.Update());
        Assert.Equal(0.5, spectrum.Peak, 2);
        Assert.Equal(0.5 / Math.Sqrt(2), spectrum.Rms, 2);
        int band = Array.IndexOf(spectrum.Levels, spectrum.Levels.Max());
        double from = 50 * Math.Pow(RateHz / 2 / 50, band / (double)AudioSpectrum.Bands);
        double to = 50 * Math.Pow(RateHz / 2 / 50, (band + 1) / (double)AudioSpectrum.Bands);
        Assert.InRange(hertz, from - 20, to + 20);
        Assert.InRange(spectrum.Levels[band], -9, -5);
    }

    [Fact]
    public void Too_little_sound_is_no_spectrum() => Assert.False(new AudioSpectrum(Ring()).Update());

    private static SensorRing Ring() => new(
        new SensorInfo
        {
            Name = "microphone",
            Modality = "microphone",
            Layout = new AudioLayout(1, AudioFormat.Float32, Block),
            RateHz = RateHz,
            FramesPerBlock = Block,
        }, 64);
}
