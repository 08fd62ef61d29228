using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace EdgeFusion.Linux.Interop.Alsa;

/// <summary>The parts of libasound that we call; names as in alsa/pcm.h.</summary>
internal static unsafe partial class LibAlsa
{
    public const string Library = "libasound.so.2";

    public const int Capture = 1;
    public const int NonBlocking = 1;
    public const int AccessInterleaved = 3;
    public const int FormatInt16 = 2;
    public const int FormatFloat32 = 14;
    public const int TimestampsOn = 1;
    public const int TimestampsMonotonic = 1;

    /// <summary>EAGAIN.</summary>
    public const int TryAgain = -11;

    /// <summary>ENOENT.</summary>
    public const int NoEntry = -2;

    /// <summary>EINTR.</summary>
    public const int Interrupted = -4;

    /// <summary>EACCES.</summary>
    public const int NoPermission = -13;

    /// <summary>EBUSY.</summary>
    public const int Busy = -16;

    /// <summary>ENODEV.</summary>
    public const int NoDevice = -19;

    /// <summary>EINVAL.</summary>
    public const int Invalid = -22;

    /// <summary>EPIPE: an overrun.</summary>
    public const int Overrun = -32;

    /// <summary>ESTRPIPE: the machine was suspended.</summary>
    public const int Suspended = -86;

    [LibraryImport(Library, EntryPoint = "snd_pcm_open", StringMarshalling = StringMarshalling.Utf8)]
    public static partial int Open(out PcmHandle pcm, string name, int stream, int mode);

    [LibraryImport(Library, EntryPoint = "snd_pcm_close")]
    public static partial int Close(nint pcm);

    [LibraryImport(Library, EntryPoint = "snd_strerror")]
    public static partial nint ErrorText(int error);

    [LibraryImport(Library, EntryPoint = "snd_pcm_hw_params_malloc")]
    public static partial int HardwareNew(out nint parameters);

    [LibraryImport(Library, EntryPoint = "snd_pcm_hw_params_free")]
    public static partial void HardwareFree(nint parameters);

    [LibraryImport(Library, EntryPoint = "snd_pcm_hw_params_any")]
    public static partial int HardwareAny(PcmHandle pcm, nint parameters);

    [LibraryImport(Library, EntryPoint = "snd_pcm_hw_params_set_access")]
    public static partial int SetAccess(PcmHandle pcm, nint parameters, int access);

    [LibraryImport(Library, EntryPoint = "snd_pcm_hw_params_set_format")]
    public static partial int SetFormat(PcmHandle pcm, nint parameters, int format);

    [LibraryImport(Library, EntryPoint = "snd_pcm_hw_params_set_channels")]
    public static partial int SetChannels(PcmHandle pcm, nint parameters, uint channels);

    [LibraryImport(Library, EntryPoint = "snd_pcm_hw_params_set_rate")]
    public static partial int SetRate(PcmHandle pcm, nint parameters, uint rate, int direction);

    [LibraryImport(Library, EntryPoint = "snd_pcm_hw_params_set_period_size_near")]
    public static partial int SetPeriodNear(PcmHandle pcm, nint parameters, ref nuint frames, ref int direction);

    [LibraryImport(Library, EntryPoint = "snd_pcm_hw_params_set_buffer_size_near")]
    public static partial int SetBufferNear(PcmHandle pcm, nint parameters, ref nuint frames);

    [LibraryImport(Library, EntryPoint = "snd_pcm_hw_params")]
    public static partial int HardwareApply(PcmHandle pcm, nint parameters);

    [LibraryImport(Library, EntryPoint = "snd_pcm_sw_params_malloc")]
    public static partial int SoftwareNew(out nint parameters);

    [LibraryImport(Library, EntryPoint = "snd_pcm_sw_params_free")]
    public static partial void SoftwareFree(nint parameters);

    [LibraryImport(Library, EntryPoint = "snd_pcm_sw_params_current")]
    public static partial int SoftwareCurrent(PcmHandle pcm, nint parameters);

    [LibraryImport(Library, EntryPoint = "snd_pcm_sw_params_set_tstamp_mode")]
    public static partial int SetTimestampMode(PcmHandle pcm, nint parameters, int mode);

    [LibraryImport(Library, EntryPoint = "snd_pcm_sw_params_set_tstamp_type")]
    public static partial int SetTimestampType(PcmHandle pcm, nint parameters, int type);

    [LibraryImport(Library, EntryPoint = "snd_pcm_sw_params_set_avail_min")]
    public static partial int SetAvailableMinimum(PcmHandle pcm, nint parameters, nuint frames);

    [LibraryImport(Library, EntryPoint = "snd_pcm_sw_params")]
    public static partial int SoftwareApply(PcmHandle pcm, nint parameters);

    [LibraryImport(Library, EntryPoint = "snd_pcm_prepare")]
    public static partial int Prepare(PcmHandle pcm);

    [LibraryImport(Library, EntryPoint = "snd_pcm_start")]
    public static partial int Start(PcmHandle pcm);

    [LibraryImport(Library, EntryPoint = "snd_pcm_resume")]
    public static partial int Resume(PcmHandle pcm);

    [LibraryImport(Library, EntryPoint = "snd_pcm_wait")]
    public static partial int Wait(PcmHandle pcm, int milliseconds);

    [LibraryImport(Library, EntryPoint = "snd_pcm_htimestamp")]
    public static partial int Timestamp(PcmHandle pcm, out nuint available, out AlsaTime time);

    [LibraryImport(Library, EntryPoint = "snd_pcm_readi")]
    public static partial nint Read(PcmHandle pcm, ref byte buffer, nuint frames);

    /// <summary>Keeps the library from writing to stderr; whatever fails, the caller is told by a code.</summary>
    public static void Silence() => _ = SetErrorHandler(&Ignore);

    [LibraryImport(Library, EntryPoint = "snd_lib_error_set_handler")]
    private static partial int SetErrorHandler(
        delegate* unmanaged[Cdecl]<byte*, int, byte*, int, byte*, void> handler);

    // Variadic in C; the named arguments come first in the ABIs of x64 and arm64 Linux, and the rest is not looked at.
    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void Ignore(byte* file, int line, byte* function, int error, byte* format)
    {
    }
}

/// <summary>snd_htimestamp_t: struct timespec, 64-bit.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct AlsaTime
{
    public long Seconds;
    public long Nanoseconds;
}

/// <summary>An open PCM.</summary>
internal sealed class PcmHandle : SafeHandle
{
    public PcmHandle()
        : base(0, ownsHandle: true)
    {
    }

    public override bool IsInvalid => handle == 0;

    protected override bool ReleaseHandle() => LibAlsa.Close(handle) == 0;
}
