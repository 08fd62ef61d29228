using System.Buffers;
using System.Text;
using EdgeFusion.Models;
using EdgeFusion.Pipeline;
using EdgeFusion.Predictions;
using EdgeFusion.Publishing;
using EdgeFusion.Recording;
using EdgeFusion.Recording.Mcap;
using EdgeFusion.Sensing;
using EdgeFusion.Tests.Pipeline;
using EdgeFusion.Time;
using static EdgeFusion.Tests.Windowing.TestSensors;

namespace EdgeFusion.Tests.Recording;

public sealed class SteeredReplayTests : IDisposable
{
    private static readonly ModelManifest Model = Manifest(
        VectorInput(100), VectorInput(50, width: 3, rateHz: 50, modality: "joints"));

    private readonly string _file = Path.GetTempFileName();

    public void Dispose() => File.Delete(_file);

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Windows_after_a_seek_are_those_of_an_unbroken_replay_byte_for_byte(bool repeatCuts)
    {
        Record();
        string[] whole = Replay(repeatCuts, new ReplayControl(), static (_, _) => { });
        var control = new ReplayControl();

        // On at 2 s to 6 s, back to 4 s.
        string[] lines = Replay(repeatCuts, control, (window, end) =>
        {
            if (window == 10)
            {
                control.Seek(TimeSpan.FromSeconds(6));
            }
            else if (end >= At(8_000) && control.Windows < 30)
            {
                control.Seek(TimeSpan.FromSeconds(4));
            }
        });

        Assert.Equal(whole[..11], lines[..11]);
        int on = Array.IndexOf(whole, lines[11]);
        int back = Array.FindIndex(lines, 12, line => Array.IndexOf(whole, line) < on);
        Assert.True(on > 11, lines[11]);
        Assert.Equal(whole[on..(on + back - 11)], lines[11..back]);
        Assert.Equal(whole[Array.IndexOf(whole, lines[back])..], lines[back..]);
    }

    [Fact]
    public async Task A_paused_replay_shows_single_windows_and_one_where_it_is_put()
    {
        Record();
        var control = new ReplayControl { StaysAtEnd = true };
        using var shown = new SemaphoreSlim(0);
        using var stop = new CancellationTokenSource();
        control.Step(2);
        var ends = new List<Timestamp>();
        Task<string[]> replay = Task.Run(() => Replay(true, control, (_, end) =>
        {
            ends.Add(end);
            shown.Release();
        }, stop.Token));
        await WaitAsync(shown, 2);
        Assert.True(control.IsPaused);

        control.Step();
        await WaitAsync(shown, 1);
        control.Seek(TimeSpan.FromSeconds(5));
        await WaitAsync(shown, 1);
        Assert.Equal(0, shown.CurrentCount);
        control.Resume();
        Assert.True(SpinWait.SpinUntil(() => control.IsAtEnd, TimeSpan.FromSeconds(60)));

        await stop.CancelAsync();
        await replay;
        Assert.Equal(control.Windows, ends.Count);
        Assert.Equal(At(6_000), ends[3]);
        Assert.Equal(TimeSpan.FromMilliseconds(10_100), control.Length);
    }

    [Fact]
    public void A_looping_replay_begins_again_until_it_is_stopped()
    {
        Record();
        using var stop = new CancellationTokenSource();
        var control = new ReplayControl { Loops = true };
        int begins = 0;

        Replay(true, control, (window, _) =>
        {
            begins += window == 0 ? 1 : 0;
            if (begins == 3)
            {
                stop.Cancel();
            }
        }, stop.Token);

        Assert.Equal(3, begins);
    }

    private static async Task WaitAsync(SemaphoreSlim shown, int windows)
    {
        for (int i = 0; i < windows; i++)
        {
            Assert.True(await shown.WaitAsync(TimeSpan.FromSeconds(60)));
        }
    }

    private void Record()
    {
        ListFeed feed = VirtualPipelineTests.Feed(lateMs: 90, mute: (2_000, 3_000));
        VirtualPipelineTests.Record(feed, _file);
    }

    private string[] Replay(
        bool repeatCuts, ReplayControl control, Action<long, Timestamp> shown, CancellationToken stopping = default)
    {
        using RecordingFeed feed = RecordingFeed.Open(_file, new RecordingFeedOptions());
        using RecordingCuts? cuts = repeatCuts
            ? RecordingCuts.TryOpen(_file, Model, McapReadOptions.Default, out _) : null;
        using var engine = new SumEngine(Model);
        var lines = new List<string>();
        using var replay = new SteeredReplay(
            new VirtualSetup
            {
                Manifest = Model,
                Origin = At(0),
                Engines = [engine],
                Sinks = [new Lines(lines, shown)],
            },
            feed, cuts, control);
        replay.Run(stopping);
        Assert.Equal(0, replay.Pipeline.IncompleteCuts);
        return [.. lines];
    }

    private sealed class Lines(List<string> lines, Action<long, Timestamp> shown) : IPredictionSink
    {
        private readonly PredictionFormat _format = new(
            Model, new PredictionFormatOptions { IncludeTiming = false, IncludeEngine = false });

        public string Name => "test";

        public void Write(Prediction prediction)
        {
            var buffer = new ArrayBufferWriter<byte>();
            _format.WritePrediction(prediction, Timestamp.MinValue, buffer);
            lines.Add(Encoding.UTF8.GetString(buffer.WrittenSpan));
            shown(prediction.Window, prediction.End);
        }
    }
}
