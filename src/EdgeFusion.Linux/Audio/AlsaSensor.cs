using System.Runtime.InteropServices;
using EdgeFusion.Linux.Interop.Alsa;
using EdgeFusion.Sensing;
using EdgeFusion.Time;

namespace EdgeFusion.Linux.Audio;

/// <summary>A microphone by ALSA alone, for systems without GStreamer.</summary>
/// <remarks>
/// <para>
/// Capture time: ALSA says how many frames lay in the card's ring at which monotonic instant (htstamp, taken by the
/// driver at the period's interrupt); that instant and the count of frames so far drive a <see cref="DeviceClock"/>,
/// so that the stamps follow the sound card's own quartz and not our scheduling. An overrun sets the gap flag on the
/// next block, counts, and starts the estimate afresh.
/// </para>
/// <para><b>Threading.</b> As <see cref="ISensor"/> says; counters from any thread. Hot path: no allocation per
/// block.</para>
/// </remarks>
public sealed class AlsaSensor : ISensor, ICountingSensor
{
    private const int WaitMilliseconds = 100;

    private readonly AlsaOptions _options;
    private readonly AudioLayout _layout;
    private readonly Func<IPcmInput> _open;
    private long _overruns;
    private long _suspends;
    private long _frames;
    private long _blocks;

    /// <summary>Creates a sensor; nothing is opened before <see cref="Capture"/>.</summary>
    /// <param name="info">Name, modality, rate, channels, format and block length wanted.</param>
    /// <param name="options">Which device.</param>
    /// <exception cref="ArgumentException">The layout is not audio.</exception>
    public AlsaSensor(SensorInfo info, AlsaOptions options)
        : this(info, options, open: null)
    {
    }

    internal AlsaSensor(SensorInfo info, AlsaOptions options, Func<IPcmInput>? open)
    {
        ArgumentNullException.ThrowIfNull(info);
        ArgumentNullException.ThrowIfNull(options);
        Info = info;
        _options = options;
        _layout = info.Layout as AudioLayout
            ?? throw new ArgumentException($"'{info.Name}' is not audio.", nameof(info));
        _open = open ?? Open;
    }

    /// <inheritdoc/>
    public SensorInfo Info { get; }

    /// <summary>How often frames were lost because they were not read in time.</summary>
    public long Overruns => Volatile.Read(ref _overruns);

    /// <summary>How often the machine slept.</summary>
    public long Suspends => Volatile.Read(ref _suspends);

    /// <summary>Frames read.</summary>
    public long Frames => Volatile.Read(ref _frames);

    /// <inheritdoc/>
    public IReadOnlyList<SensorCounter> Counters =>
    [
        new("blocks_read", Volatile.Read(ref _blocks), CounterRole.Captured), new("frames_read", Frames),
        new("overruns", Overruns), new("suspends", Suspends),
    ];

    /// <summary>Why ALSA cannot be used here, with the remedy; null where it can.</summary>
    public static string? Probe()
    {
        if (!NativeLibrary.TryLoad(LibAlsa.Library, typeof(LibAlsa).Assembly, null, out nint handle))
        {
            return $"{LibAlsa.Library} not found; apt install libasound2";
        }

        NativeLibrary.Free(handle);
        return null;
    }

    /// <inheritdoc/>
    public void Capture(SampleSink sink, CancellationToken stopping)
    {
        ArgumentNullException.ThrowIfNull(sink);
        using IPcmInput input = _open();
        var stamps = new PcmStamps(Info.RateHz, sink.Clock);
        Timestamp spoke = sink.Clock.Now;
        SampleFlags flags = SampleFlags.None;
        while (!stopping.IsCancellationRequested)
        {
            PcmStatus status = input.Wait(WaitMilliseconds, out int available, out long stamp);
            if (status == PcmStatus.Ok)
            {
                stamps.Observe(available, stamp);
                status = ReadAll(input, sink, available, stamps, ref flags);
                spoke = sink.Clock.Now;
            }

            if (status is PcmStatus.Overrun or PcmStatus.Suspended)
            {
                Count(status);
                input.Recover(status);
                stamps.Restart();
                flags = SampleFlags.Gap;
            }
            else if (status == PcmStatus.Nothing)
            {
                CheckSilence(sink.Clock.Now - spoke);
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
    }

    private AlsaInput Open()
    {
        if (Probe() is { } missing)
        {
            throw new SensorException($"Cannot open microphone '{_options.Device}': {missing}.");
        }

        return AlsaInput.Open(_options, _layout, Info.RateHz, Info.FramesPerBlock);
    }

    private PcmStatus ReadAll(
        IPcmInput input, SampleSink sink, int available, PcmStamps stamps, ref SampleFlags flags)
    {
        while (available > 0)
        {
            int wanted = Math.Min(available, _layout.MaxFramesPerBlock);
            PcmStatus status = input.Read(sink.Claim()[..(wanted * _layout.FrameBytes)], out int frames);
            if (status != PcmStatus.Ok)
            {
                return status;
            }

            Volatile.Write(ref _blocks, _blocks + 1);
            sink.Commit(stamps.Take(frames), frames * _layout.FrameBytes, flags);
            Volatile.Write(ref _frames, _frames + frames);
            flags = SampleFlags.None;
            available -= frames;
        }

        return PcmStatus.Ok;
    }

    private void Count(PcmStatus status)
    {
        if (status == PcmStatus.Overrun)
        {
            Volatile.Write(ref _overruns, _overruns + 1);
        }
        else
        {
            Volatile.Write(ref _suspends, _suspends + 1);
        }
    }

    private void CheckSilence(TimeSpan silence)
    {
        if (silence > _options.SilenceTimeout)
        {
            throw new SensorException(FormattableString.Invariant(
                $"Microphone '{_options.Device}' is silent: no block for {silence.TotalSeconds:0.#} s; check that it ")
                + "is not muted or asleep.");
        }
    }
}
