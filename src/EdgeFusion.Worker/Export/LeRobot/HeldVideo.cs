using EdgeFusion.Sensing;
using EdgeFusion.Worker.Video;

namespace EdgeFusion.Worker.Export.LeRobot;

/// <summary>Frames, encoded as they come.</summary>
internal sealed class HeldVideo(EpisodeGrid grid, string path, FrameLayout layout)
    : HeldColumn(grid, layout.MaxSampleBytes), IDisposable
{
    /// <summary>A statistic needs no more pixels than these.</summary>
    private const int PixelStep = 16;

    private const float White = 255;

    private readonly VideoEncoder _encoder = new(path, layout, grid.Rate);

    /// <summary>Statistics per channel, 0..1, red first.</summary>
    public FeatureStatistics Statistics { get; } = new(3);

    public override void Finish()
    {
        base.Finish();
        _encoder.Finish();
    }

    public void Dispose() => _encoder.Dispose();

    protected override void Put(ReadOnlySpan<byte> payload)
    {
        _encoder.Write(payload);
        int channels = layout.Channels;
        for (int pixel = 0; pixel < layout.Width * layout.Height; pixel += PixelStep)
        {
            for (int c = 0; c < 3; c++)
            {
                int source = channels == 1 ? 0 : layout.Format == PixelFormat.Bgr8 ? 2 - c : c;
                Statistics.Add(c, payload[(pixel * channels) + source] / White);
            }
        }

        Statistics.Count++;
    }
}
