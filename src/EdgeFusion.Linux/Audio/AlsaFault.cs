using System.Runtime.InteropServices;
using EdgeFusion.Linux.Interop.Alsa;

namespace EdgeFusion.Linux.Audio;

/// <summary>One clear line, with the remedy, for each way in which ALSA fails.</summary>
internal static class AlsaFault
{
    public static string Opening(string device, int error) =>
        $"Cannot open microphone '{device}': {Text(error)}; {Remedy(error)}.";

    public static string Using(string device, string what, int error) => error == LibAlsa.NoDevice
        ? $"Microphone '{device}' is gone: unplugged or switched off."
        : $"Cannot {what} microphone '{device}': {Text(error)}.";

    private static string Text(int error) => Marshal.PtrToStringUTF8(LibAlsa.ErrorText(error)) ?? "unknown error";

    private static string Remedy(int error) => error switch
    {
        LibAlsa.NoEntry or LibAlsa.NoDevice => "plug it in, or choose another ('edgefusion devices' lists them)",
        LibAlsa.Busy => "another program has it: stop that one, or use 'default' or a dsnoop device, which share",
        LibAlsa.NoPermission => "add this user to the group audio and log in again",
        LibAlsa.Invalid => "its definition in asound.conf does not fit a microphone",
        _ => "'edgefusion devices' lists what there is",
    };
}
