using System.Runtime.InteropServices;
using EdgeFusion.Linux.Interop.Alsa;
using EdgeFusion.Sensing;

namespace EdgeFusion.Linux.Audio;

/// <summary>A capture stream of libasound.</summary>
internal sealed class AlsaInput : IPcmInput
{
    private readonly string _device;
    private readonly PcmHandle _pcm;
    private readonly int _frameBytes;

    private AlsaInput(string device, PcmHandle pcm, int frameBytes)
    {
        _device = device;
        _pcm = pcm;
        _frameBytes = frameBytes;
    }

    /// <summary>Opens and starts.</summary>
    /// <exception cref="SensorException">The device is missing, busy, not ours to use, or has another
    /// format.</exception>
    public static AlsaInput Open(AlsaOptions options, AudioLayout layout, double rateHz, int framesPerPeriod)
    {
        LibAlsa.Silence();
        int result = LibAlsa.Open(out PcmHandle pcm, options.Device, LibAlsa.Capture, LibAlsa.NonBlocking);
        if (result < 0)
        {
            pcm.SetHandleAsInvalid();
            throw new SensorException(AlsaFault.Opening(options.Device, result));
        }

        var input = new AlsaInput(options.Device, pcm, layout.FrameBytes);
        try
        {
            input.SetHardware(layout, (uint)Math.Round(rateHz), framesPerPeriod, options.Periods);
            input.SetSoftware(framesPerPeriod);
            input.Check(LibAlsa.Prepare(pcm), "prepare");
            input.Check(LibAlsa.Start(pcm), "start");
            return input;
        }
        catch
        {
            input.Dispose();
            throw;
        }
    }

    public PcmStatus Wait(int milliseconds, out int available, out long stampNanoseconds)
    {
        available = 0;
        stampNanoseconds = 0;
        int ready = LibAlsa.Wait(_pcm, milliseconds);
        if (ready <= 0)
        {
            return Status(ready == 0 ? LibAlsa.TryAgain : ready, "wait for");
        }

        int result = LibAlsa.Timestamp(_pcm, out nuint count, out AlsaTime time);
        if (result < 0)
        {
            return Status(result, "ask");
        }

        available = (int)count;
        stampNanoseconds = (time.Seconds * 1_000_000_000) + time.Nanoseconds;
        return available > 0 ? PcmStatus.Ok : PcmStatus.Nothing;
    }

    public PcmStatus Read(Span<byte> destination, out int frames)
    {
        nint result = LibAlsa.Read(
            _pcm, ref MemoryMarshal.GetReference(destination), (nuint)(destination.Length / _frameBytes));
        frames = Math.Max(0, (int)result);
        return result > 0 ? PcmStatus.Ok : Status(result == 0 ? LibAlsa.TryAgain : (int)result, "read");
    }

    public void Recover(PcmStatus cause)
    {
        if (cause == PcmStatus.Suspended && LibAlsa.Resume(_pcm) == 0)
        {
            return;
        }

        Check(LibAlsa.Prepare(_pcm), "prepare again");
        Check(LibAlsa.Start(_pcm), "start again");
    }

    public void Dispose() => _pcm.Dispose();

    private PcmStatus Status(int result, string what)
    {
        switch (result)
        {
            case LibAlsa.TryAgain or LibAlsa.Interrupted:
                return PcmStatus.Nothing;
            case LibAlsa.Overrun:
                return PcmStatus.Overrun;
            case LibAlsa.Suspended:
                return PcmStatus.Suspended;
            default:
                Check(result, what);
                return PcmStatus.Nothing;
        }
    }

    private void SetHardware(AudioLayout layout, uint rate, int framesPerPeriod, int periods)
    {
        Check(LibAlsa.HardwareNew(out nint parameters), "describe");
        try
        {
            Check(LibAlsa.HardwareAny(_pcm, parameters), "ask what it can");
            Check(LibAlsa.SetAccess(_pcm, parameters, LibAlsa.AccessInterleaved), "read interleaved from");
            int format = layout.Format == AudioFormat.Float32 ? LibAlsa.FormatFloat32 : LibAlsa.FormatInt16;
            Require(LibAlsa.SetFormat(_pcm, parameters, format), $"the sample format {layout.Format}");
            Require(LibAlsa.SetChannels(_pcm, parameters, (uint)layout.Channels), $"{layout.Channels} channel(s)");
            Require(LibAlsa.SetRate(_pcm, parameters, rate, 0), $"{rate} Hz");
            nuint period = (nuint)framesPerPeriod;
            int direction = 0;
            Check(LibAlsa.SetPeriodNear(_pcm, parameters, ref period, ref direction), "set the period of");
            nuint buffer = period * (nuint)periods;
            Check(LibAlsa.SetBufferNear(_pcm, parameters, ref buffer), "set the buffer of");
            Check(LibAlsa.HardwareApply(_pcm, parameters), "configure");
        }
        finally
        {
            LibAlsa.HardwareFree(parameters);
        }
    }

    private void SetSoftware(int framesPerPeriod)
    {
        Check(LibAlsa.SoftwareNew(out nint parameters), "describe");
        try
        {
            Check(LibAlsa.SoftwareCurrent(_pcm, parameters), "ask");
            Check(LibAlsa.SetTimestampMode(_pcm, parameters, LibAlsa.TimestampsOn), "switch on the time stamps of");

            // Plugins have no clock to choose; their stamps are monotonic anyway.
            _ = LibAlsa.SetTimestampType(_pcm, parameters, LibAlsa.TimestampsMonotonic);
            Check(LibAlsa.SetAvailableMinimum(_pcm, parameters, (nuint)framesPerPeriod), "set the wake-up of");
            Check(LibAlsa.SoftwareApply(_pcm, parameters), "configure");
        }
        finally
        {
            LibAlsa.SoftwareFree(parameters);
        }
    }

    private void Require(int result, string what)
    {
        if (result < 0)
        {
            throw new SensorException(
                $"Microphone '{_device}' does not offer {what}: use a converting device (plughw:... or default), or "
                + "set what it has.");
        }
    }

    private void Check(int result, string what)
    {
        if (result < 0)
        {
            throw new SensorException(AlsaFault.Using(_device, what, result));
        }
    }
}
