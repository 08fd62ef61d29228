using System.Runtime.InteropServices;
using EdgeFusion.Sensing;
using EdgeFusion.Simulator.Scene;
using EdgeFusion.Simulator.Sensors;

namespace EdgeFusion.Simulator.Sound;

/// <summary>
/// The microphone. Sound has a memory, so a block can only follow the one before: where blocks were lost or skipped,
/// they are synthesised and thrown away, at most back to the beginning of the episode.
/// </summary>
internal sealed class MicrophoneSource : SimulatedSensor
{
    private const int BlocksPerSecond = 100;

    private readonly SoundScene _scene;
    private long _next = -1;

    public MicrophoneSource(WorkCellOptions cell)
        : base(cell, cell.Microphone, Describe(cell.Microphone), SensorOrdinal.Microphone) =>
        _scene = new SoundScene(cell.Seed, Difficulty, (int)cell.Microphone.RateHz);

    protected override long SpanNanoseconds => Info.PeriodNanoseconds;

    protected override void Render(long index, long nanoseconds, Span<byte> payload)
    {
        long episode = EpisodeOf(index);
        if (episode != _scene.EpisodeIndex || _next < 0 || index < _next)
        {
            _next = FirstOf(index, episode);
            _scene.Begin(episode, TimeOf(_next, episode));
        }

        Span<float> frames = MemoryMarshal.Cast<byte, float>(payload);
        while (_next <= index)
        {
            _scene.Render(TimeOf(_next, episode), frames);
            _next++;
        }
    }

    private static SensorInfo Describe(SimulatedSensorOptions options)
    {
        int frames = (int)options.RateHz / BlocksPerSecond;
        return new SensorInfo
        {
            Name = "microphone",
            Modality = "microphone",
            Layout = new AudioLayout(1, AudioFormat.Float32, frames),
            RateHz = options.RateHz,
            FramesPerBlock = frames,
        };
    }

    private long EpisodeOf(long index) => GridOf(index) / Episode.LengthNanoseconds;

    private double TimeOf(long index, long episode) => (GridOf(index) - (episode * Episode.LengthNanoseconds)) * 1e-9;

    private long FirstOf(long index, long episode)
    {
        while (index > 0 && EpisodeOf(index - 1) == episode)
        {
            index--;
        }

        return index;
    }
}
