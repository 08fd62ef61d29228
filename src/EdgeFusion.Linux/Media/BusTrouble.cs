using System.Runtime.InteropServices;
using EdgeFusion.Linux.Interop.GStreamer;

namespace EdgeFusion.Linux.Media;

/// <summary>What a pipeline has reported on its bus, in words.</summary>
internal static unsafe class BusTrouble
{
    /// <summary>The first trouble since the last call; null without.</summary>
    public static string? Take(GstObjectHandle bus)
    {
        string? missing = null;
        while (true)
        {
            nint message = LibGst.BusPop(bus, GstMessageType.Error | GstMessageType.Element);
            if (message == 0)
            {
                return missing;
            }

            try
            {
                if (MissingPlugin(message) is { } what)
                {
                    missing = what;
                }
                else if (ErrorText(message) is { } error)
                {
                    return missing ?? error;
                }
            }
            finally
            {
                LibGst.MiniObjectUnref(message);
            }
        }
    }

    private static string? MissingPlugin(nint message)
    {
        nint structure = LibGst.MessageStructure(message);
        if (structure == 0 || Marshal.PtrToStringUTF8(LibGst.StructureName(structure)) != "missing-plugin")
        {
            return null;
        }

        string what = Marshal.PtrToStringUTF8(LibGst.StructureString(structure, "name")) ?? "a plugin";
        return $"GStreamer has no '{what}' here; apt install {ElementPackages.ForDecoder(what)}";
    }

    private static string? ErrorText(nint message)
    {
        // GST_MESSAGE_TYPE: the first member after the GstMiniObject of 64 bytes.
        const int TypeOffset = 64;
        if ((*(int*)(message + TypeOffset) & (int)GstMessageType.Error) == 0)
        {
            return null;
        }

        GError* error = null;
        nint debug = 0;
        LibGst.ParseError(message, &error, &debug);
        string detail = Marshal.PtrToStringUTF8(debug) ?? "";
        LibGLib.Free(debug);
        return MediaFault.Explain(GstLibrary.Take(error), detail);
    }
}
