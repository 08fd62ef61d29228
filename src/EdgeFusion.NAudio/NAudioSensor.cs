using System.Runtime.Versioning;
using EdgeFusion.Sensing;
using EdgeFusion.Time;
using NAudio.CoreAudioApi;
using NAudio.Wave;
using NAudio.Wave.Alsa;

namespace EdgeFusion.NAudio;

/// <summary>A microphone by NAudio: WASAPI on Windows, ALSA on Linux; or a WAV file at its own pace.</summary>
/// <remarks>
/// NAudio records on a thread of its own and calls back; Capture waits meanwhile. WASAPI says where data is missing;
/// NAudio's ALSA recovers from overruns without a word, so a pause longer than the device's buffer counts as one.
/// <b>Threading.</b> As <see cref="ISensor"/> says.
/// </remarks>
public sealed class NAudioSensor : ISensor, ICountingSensor
{
    private const long PatienceNanoseconds = 100_000_000;

    private readonly NAudioOptions _options;
    private readonly AudioLayout _layout;
    private long _frames;
    private long _overruns;

    /// <summary>Creates a sensor; nothing is opened before <see cref="Capture"/>.</summary>
    /// <param name="info">What is wanted: audio.</param>
    /// <param name="options">Where from.</param>
    /// <exception cref="ArgumentException">The layout is not audio.</exception>
    public NAudioSensor(SensorInfo info, NAudioOptions options)
    {
        ArgumentNullException.ThrowIfNull(info);
        ArgumentNullException.ThrowIfNull(options);
        Info = info;
        _options = options;
        _layout = info.Layout as AudioLayout
            ?? throw new ArgumentException($"'{info.Name}' is not audio.", nameof(info));
    }

    /// <inheritdoc/>
    public SensorInfo Info { get; }

    /// <inheritdoc/>
    public IReadOnlyList<SensorCounter> Counters =>
        [new("frames_read", Volatile.Read(ref _frames)), new("overruns", Volatile.Read(ref _overruns))];

    private string What => _options.File.Length > 0 ? $"file '{_options.File}'"
        : _options.Device.Length > 0 ? $"microphone '{_options.Device}'" : "the default microphone";

    /// <inheritdoc/>
    public void Capture(SampleSink sink, CancellationToken stopping)
    {
        ArgumentNullException.ThrowIfNull(sink);
        try
        {
            if (_options.File.Length > 0)
            {
                Play(sink, stopping);
            }
            else
            {
                Record(sink, stopping);
            }
        }
#pragma warning disable CA1031 // NAudio throws COM, ALSA and argument errors alike; all of them mean: not readable.
        catch (Exception fault) when (fault is not (SensorException or OperationCanceledException))
#pragma warning restore CA1031
        {
            throw new SensorException(
                $"NAudio cannot read {What}: {fault.Message.TrimEnd('.')}; is it plugged in, free, and of that rate "
                + "and format ('edgefusion devices' lists what there is)?",
                fault);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
    }

    private void Record(SampleSink sink, CancellationToken stopping)
    {
        int rate = (int)Math.Round(Info.RateHz);
        WaveFormat format = _layout.Format == AudioFormat.Float32
            ? WaveFormat.CreateIeeeFloatWaveFormat(rate, _layout.Channels)
            : new WaveFormat(rate, 16, _layout.Channels);
        using var stopped = new StopSignal();
        if (OperatingSystem.IsWindows())
        {
            RecordWindows(format, sink, stopped, stopping);
        }
        else if (OperatingSystem.IsLinux())
        {
            RecordLinux(format, sink, stopped, stopping);
        }
        else
        {
            throw new SensorException("NAudio records on Windows and Linux only.");
        }
    }

    [SupportedOSPlatform("windows")]
    private void RecordWindows(
        WaveFormat format, SampleSink sink, StopSignal stopped, CancellationToken stopping)
    {
        var builder = new WasapiRecorderBuilder().WithSharedMode().WithEventSync().WithFormat(format);
        using var endpoints = new MMDeviceEnumerator();
        if (_options.Device.Length > 0)
        {
            builder = builder.WithDevice(endpoints.GetDevice(_options.Device));
        }

        using WasapiRecorder recorder = builder.Build();
        var blocks = new BlockWriter(this, sink, recorder.AverageLatency);
        recorder.DataAvailable += (buffer, flags, _, _) =>
            blocks.Write(buffer, flags.HasFlag(AudioClientBufferFlags.DataDiscontinuity));
        recorder.RecordingStopped += stopped.OnStopped;
        recorder.StartRecording();
        Wait(blocks, stopped, sink.Clock, stopping);
        recorder.StopRecording();
        stopped.Wait();
    }

    [SupportedOSPlatform("linux")]
    private void RecordLinux(
        WaveFormat format, SampleSink sink, StopSignal stopped, CancellationToken stopping)
    {
        using var input = new AlsaIn(_options.Device.Length > 0 ? _options.Device : "default")
        {
            WaveFormat = format,
        };
        var blocks = new BlockWriter(this, sink, input.AverageLatency);
        input.DataAvailable += (_, block) => blocks.Write(block.BufferSpan, isAfterLoss: false);
        input.RecordingStopped += stopped.OnStopped;
        input.StartRecording();
        Wait(blocks, stopped, sink.Clock, stopping);
        input.StopRecording();
        stopped.Wait();
    }

    /// <summary>Waits until asked to stop; a device that stops by itself or falls silent has failed.</summary>
    private void Wait(BlockWriter blocks, StopSignal stopped, PipelineClock clock, CancellationToken stopping)
    {
        Timestamp begin = clock.Now;
        while (!stopping.IsCancellationRequested)
        {
            if (stopped.IsSet)
            {
                throw new SensorException(
                    $"{What} stopped: {stopped.Failure?.Message.TrimEnd('.') ?? "unplugged or switched off"}.");
            }

            Timestamp last = blocks.Latest > begin ? blocks.Latest : begin;
            if (clock.Now - last > _options.SilenceTimeout)
            {
                throw new SensorException($"{What} is silent for {_options.SilenceTimeout.TotalSeconds} s.");
            }

            clock.WaitUntil(clock.Now.AddNanoseconds(PatienceNanoseconds), stopping);
        }
    }

    private void Play(SampleSink sink, CancellationToken stopping)
    {
        using var reader = new WaveFileReader(_options.File);
        WaveFormat format = reader.WaveFormat;
        bool isFloat = format.Encoding == WaveFormatEncoding.IeeeFloat && format.BitsPerSample == 32;
        bool isInt = format.Encoding == WaveFormatEncoding.Pcm && format.BitsPerSample == 16;
        if (format.SampleRate != (int)Math.Round(Info.RateHz) || format.Channels != _layout.Channels
            || (_layout.Format == AudioFormat.Float32 ? !isFloat : !isInt))
        {
            throw new SensorException(
                $"{What} is {format}; the sensor is configured as {_layout.Format} with {_layout.Channels} channel(s) "
                + $"at {Info.RateHz} Hz. Convert the file or set what it has.");
        }

        Timestamp start = sink.Clock.Now;
        long done = 0;
        while (!stopping.IsCancellationRequested)
        {
            Span<byte> slot = sink.Claim();
            int bytes = reader.Read(slot[..(Info.FramesPerBlock * _layout.FrameBytes)]);
            int frames = bytes / _layout.FrameBytes;
            if (frames == 0 || !sink.Clock.WaitUntil(start.AddNanoseconds(Nanoseconds(done + frames)), stopping))
            {
                return;
            }

            sink.Commit(start.AddNanoseconds(Nanoseconds(done)), frames * _layout.FrameBytes);
            done += frames;
            Volatile.Write(ref _frames, done);
        }
    }

    /// <summary>Counts what came from a device.</summary>
    internal void Count(long frames, bool isAfterLoss)
    {
        Volatile.Write(ref _frames, _frames + frames);
        if (isAfterLoss)
        {
            Volatile.Write(ref _overruns, _overruns + 1);
        }
    }

    private long Nanoseconds(long frames) =>
        (long)Math.Round(frames * (double)Timestamp.NanosecondsPerSecond / Info.RateHz);
}
