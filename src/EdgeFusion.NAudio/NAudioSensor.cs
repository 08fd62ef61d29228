using EdgeFusion.Sensing;
using EdgeFusion.Time;
using NAudio.CoreAudioApi;
using NAudio.Wave;
using NAudio.Wave.Alsa;

namespace EdgeFusion.NAudio;

/// <summary>A microphone by NAudio: WASAPI on Windows, ALSA on Linux; or a WAV file at its own pace.</summary>
/// <remarks>
/// NAudio records on a thread of its own and calls back; Capture waits meanwhile. NAudio recovers from overruns
/// without a word, so a pause longer than the device's buffer counts as one. <b>Threading.</b> As
/// <see cref="ISensor"/> says.
/// </remarks>
public sealed class NAudioSensor : ISensor, ICountingSensor
{
    private const int PatienceMilliseconds = 100;

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

    private IWaveIn Open()
    {
        int rate = (int)Math.Round(Info.RateHz);
        WaveFormat format = _layout.Format == AudioFormat.Float32
            ? WaveFormat.CreateIeeeFloatWaveFormat(rate, _layout.Channels)
            : new WaveFormat(rate, 16, _layout.Channels);
        if (OperatingSystem.IsWindows())
        {
            using var endpoints = new MMDeviceEnumerator();
            MMDevice device = _options.Device.Length > 0
                ? endpoints.GetDevice(_options.Device)
                : WasapiCapture.GetDefaultCaptureDevice();
            return new WasapiCapture(device, useEventSync: true, audioBufferMillisecondsLength: 50)
            {
                WaveFormat = format,
            };
        }

        if (OperatingSystem.IsLinux())
        {
            return new AlsaIn(_options.Device.Length > 0 ? _options.Device : "default") { WaveFormat = format };
        }

        throw new SensorException("NAudio records on Windows and Linux only.");
    }

    private void Record(SampleSink sink, CancellationToken stopping)
    {
        using IWaveIn input = Open();
        using var stopped = new ManualResetEventSlim();
        var blocks = new BlockWriter(this, sink, (input as IWaveLatency)?.AverageLatency ?? TimeSpan.FromSeconds(1));
        Exception? failure = null;
        input.DataAvailable += (_, block) => blocks.Write(block.BufferSpan);
        input.RecordingStopped += (_, end) =>
        {
            failure = end.Exception;
            stopped.Set();
        };
        input.StartRecording();
        Timestamp begin = sink.Clock.Now;
        while (!stopping.IsCancellationRequested && !stopped.Wait(PatienceMilliseconds, CancellationToken.None))
        {
            Timestamp last = blocks.Latest > begin ? blocks.Latest : begin;
            if (sink.Clock.Now - last > _options.SilenceTimeout)
            {
                throw new SensorException($"{What} is silent for {_options.SilenceTimeout.TotalSeconds} s.");
            }
        }

        if (!stopping.IsCancellationRequested)
        {
            throw new SensorException(
                $"{What} stopped: {failure?.Message.TrimEnd('.') ?? "unplugged or switched off"}.");
        }

        // The call-back must not touch the sink any more once Capture has returned.
        input.StopRecording();
        stopped.Wait(TimeSpan.FromSeconds(1), CancellationToken.None);
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

    private long Nanoseconds(long frames) =>
        (long)Math.Round(frames * (double)Timestamp.NanosecondsPerSecond / Info.RateHz);

    /// <summary>Cuts what the device delivers into blocks and stamps them by the count of frames.</summary>
    private sealed class BlockWriter(NAudioSensor sensor, SampleSink sink, TimeSpan buffer)
    {
        private DeviceClock _clock = new(sensor.Info.RateHz);
        private long _count;
        private long _latest = long.MinValue;

        /// <summary>When the device last spoke.</summary>
        public Timestamp Latest => new(Volatile.Read(ref _latest));

        public void Write(ReadOnlySpan<byte> bytes)
        {
            Timestamp now = sink.Clock.Now;
            SampleFlags flags = SampleFlags.None;
            if (_count > 0 && now - Latest > buffer)
            {
                Volatile.Write(ref sensor._overruns, sensor._overruns + 1);
                flags = SampleFlags.Gap;
                _clock = new DeviceClock(sensor.Info.RateHz);
            }

            Volatile.Write(ref _latest, now.Nanoseconds);
            int frameBytes = sensor._layout.FrameBytes;
            long frames = bytes.Length / frameBytes;
            _count += frames;
            Timestamp end = _clock.Map(_count, now);
            for (long done = 0; done < frames;)
            {
                int part = (int)Math.Min(frames - done, sensor._layout.MaxFramesPerBlock);
                bytes.Slice((int)done * frameBytes, part * frameBytes).CopyTo(sink.Claim());
                sink.Commit(end.AddNanoseconds(-sensor.Nanoseconds(frames - done)), part * frameBytes, flags);
                flags = SampleFlags.None;
                done += part;
            }

            Volatile.Write(ref sensor._frames, sensor._frames + frames);
        }
    }
}
