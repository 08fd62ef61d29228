using System.Globalization;
using System.Runtime.InteropServices;

namespace EdgeFusion.Linux.Interop.Mosquitto;

/// <summary>Turns return codes and reason codes into exceptions and words.</summary>
internal static unsafe class MosquittoFault
{
    /// <summary>Throws for every code but success and "pending".</summary>
    public static void ThrowIfFailed(int code, string target, string attempt)
    {
        if (code > 0)
        {
            Throw(code, Marshal.GetLastPInvokeError(), target, attempt);
        }
    }

    /// <summary>Words for a return code; for "see errno" the words for errno.</summary>
    public static string Describe(int code, int errno) => (MosquittoCode)code switch
    {
        MosquittoCode.Errno => Marshal.GetPInvokeErrorMessage(errno),
        MosquittoCode.NameLookup => "the host name is unknown",
        _ => Text(LibMosquitto.StrError(code)),
    };

    /// <summary>Words and number of a reason code.</summary>
    public static string DescribeReason(int reason) =>
        string.Create(CultureInfo.InvariantCulture, $"{Text(LibMosquitto.ReasonString(reason))} (0x{reason:X2})");

    private static void Throw(int code, int errno, string target, string attempt) => throw new TransportException(
        $"Could not {attempt} {target}: {Describe(code, errno)}. "
        + "Check that the broker runs there and that its address, port and TLS settings are right.");

    private static string Text(byte* text) => (Marshal.PtrToStringUTF8((nint)text) ?? "unknown").TrimEnd('.');
}
