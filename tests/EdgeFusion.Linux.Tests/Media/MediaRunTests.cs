using EdgeFusion.Buffering;
using EdgeFusion.Linux.Interop.GStreamer;
using EdgeFusion.Linux.Media;
using EdgeFusion.Sensing;
using EdgeFusion.Testing;
using EdgeFusion.Time;

namespace EdgeFusion.Linux.Tests.Media;

public sealed class MediaRunTests
{
    private const ulong Second = 1_000_000_000;

    [NeedsElementFact("videotestsrc")]
    public void What_the_sink_drops_is_counted_and_flagged()
    {
        SensorInfo info = MediaBench.Camera(16, 16, 200);
        var options = new GStreamerOptions
        {
            Source = GStreamerSource.Custom,
            Pipeline = "videotestsrc is-live=true num-buffers=200 ! video/x-raw,format=RGB,width=16,height=16,"
                + "framerate=200/1",
        };
        var ring = new SensorRing(info, 512);
        MediaPlan plan = MediaPlanner.Make(info, options, GstLibrary.Has);
        using MediaPipeline pipeline = MediaPipeline.Open(plan);
        var slots = new FrameSlots((FrameLayout)info.Layout, info.PeriodNanoseconds);
        using var run = new MediaRun(pipeline, plan, slots, Sink(info, ring));

        // Nobody takes anything until the source has ended, as if our thread had been held up for a second.
        SpinWait.SpinUntil(() => pipeline.Rendered() == 200, TimeSpan.FromSeconds(20));
        run.MarkGapIfDropped();
        while (pipeline.TryPull(Second) is var sample and not 0)
        {
            Assert.True(run.Deliver(sample, CancellationToken.None));
        }

        Assert.Equal(MediaPlanner.MaxFramesWaiting, ring.Published);
        Assert.Equal(200 - MediaPlanner.MaxFramesWaiting, run.CountDropped(isEmpty: true));
        Assert.Equal(SampleFlags.Gap, ring.Header(0).Flags & SampleFlags.Gap);
        Assert.Equal(SampleFlags.None, ring.Header(1).Flags);
    }

    [NeedsElementFact("videotestsrc")]
    public void A_frame_costs_no_allocation()
    {
        SensorInfo info = MediaBench.Camera(16, 16, 1_000);
        AssertNoAllocation(
            info, new FrameSlots((FrameLayout)info.Layout, info.PeriodNanoseconds),
            "videotestsrc is-live=true ! video/x-raw,format=RGB,width=16,height=16,framerate=1000/1");
    }

    [NeedsElementFact("audiotestsrc")]
    public void A_block_of_audio_costs_no_allocation()
    {
        SensorInfo info = MediaBench.Microphone(blockFrames: 16);
        AssertNoAllocation(
            info, new AudioSlots((AudioLayout)info.Layout, info.RateHz),
            "audiotestsrc is-live=true samplesperbuffer=16 ! audioconvert ! audioresample");
    }

    [NeedsElementFact("videotestsrc")]
    public unsafe void The_layouts_of_the_structs_are_those_of_the_library()
    {
        GstLibrary.Start();
        nint caps = LibGst.CapsFromString(
            "video/x-raw,format=RGB,width=322,height=50,framerate=30/1");
        nint yuv = LibGst.CapsFromString(
            "video/x-raw,format=NV12,width=64,height=64,framerate=30/1,colorimetry=bt709");
        nint buffer = LibGst.BufferNew(0, 100, 0);
        try
        {
            GstVideoInfo info = default;
            Assert.NotEqual(0, LibGstApp.VideoInfoFromCaps(&info, caps));
            Assert.Equal(322, info.Width);
            Assert.Equal(50, info.Height);
            Assert.Equal((nuint)(968 * 50), info.Size);
            Assert.Equal(968, info.Stride[0]);
            Assert.Equal(0UL, info.Offset[0]);
            Assert.NotEqual(0, LibGstApp.VideoInfoFromCaps(&info, yuv));
            Assert.Equal(YuvMatrix.Bt709, info.ColourMatrix);
            Assert.Equal(64UL * 64, info.Offset[1]);

            var head = (GstBufferHead*)buffer;
            Assert.Equal(GstBufferHead.NoTime, head->PresentationTime);
            Assert.Equal(GstBufferHead.NoTime, head->Duration);
            GstMapInfo map;
            Assert.NotEqual(0, LibGst.BufferMap(buffer, &map, GstMapInfo.Read));
            Assert.Equal((nuint)100, map.Size);
            LibGst.BufferUnmap(buffer, &map);
        }
        finally
        {
            LibGst.MiniObjectUnref(buffer);
            LibGst.MiniObjectUnref(caps);
            LibGst.MiniObjectUnref(yuv);
        }
    }

    private static void AssertNoAllocation(SensorInfo info, IMediaSlots slots, string pipelineText)
    {
        const int WarmUp = 100;
        const int Turns = 1_000;
        var options = new GStreamerOptions { Source = GStreamerSource.Custom, Pipeline = pipelineText };
        var ring = new SensorRing(info, 64);
        MediaPlan plan = MediaPlanner.Make(info, options, GstLibrary.Has);
        using MediaPipeline pipeline = MediaPipeline.Open(plan);
        using var run = new MediaRun(pipeline, plan, slots, Sink(info, ring));
        long before = 0;
        for (int i = 0; i < WarmUp + Turns; i++)
        {
            if (i == WarmUp)
            {
                before = GC.GetAllocatedBytesForCurrentThread();
            }

            nint sample = pipeline.TryPull(10 * Second);
            Assert.True(sample != 0);
            run.Deliver(sample, CancellationToken.None);
        }

        Allocations.AssertNone(Turns, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    private static SampleSink Sink(SensorInfo info, SensorRing ring) => new(
        ring, new SampleGate(info, TimeSpan.FromSeconds(10), TimeSpan.FromMilliseconds(5)),
        new PipelineClock(TimeProvider.System));
}
