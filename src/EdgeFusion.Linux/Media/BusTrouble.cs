using System.Runtime.InteropServices;
using EdgeFusion.Linux.Interop.GStreamer;

namespace EdgeFusion.Linux.Media;

/// <summary>What a pipeline has reported on its bus, in words.</summary>
internal static unsafe class BusTrouble
{
    /// <summary>The first trouble since the last call; null without.</summary>
    public static string? Take(GstObjectHandle bus)
    {
        bool hasAnswered = false;
        return Take(bus, ref hasAnswered);
    }

    /// <summary>The same.</summary>
    /// <param name="bus">The bus.</param>
    /// <param name="hasAnswered">Becomes true when a network source says that it will send.</param>
    public static string? Take(GstObjectHandle bus, ref bool hasAnswered)
    {
        string? missing = null;
        while (true)
        {
            nint message = LibGst.BusPop(
                bus, GstMessageType.Error | GstMessageType.Element | GstMessageType.Progress);
            if (message == 0)
            {
                return missing;
            }

            try
            {
                if (Is(message, GstMessageType.Progress))
                {
                    hasAnswered |= IsAnswer(message);
                }
                else if (MissingPlugin(message) is { } what)
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

    private static bool Is(nint message, GstMessageType type)
    {
        // GST_MESSAGE_TYPE: the first member after the GstMiniObject of 64 bytes.
        const int TypeOffset = 64;
        return (*(int*)(message + TypeOffset) & (int)type) != 0;
    }

    /// <summary>rtspsrc tells what it does; "request" is complete when the server has accepted PLAY.</summary>
    private static bool IsAnswer(nint message)
    {
        const int Complete = 2;
        LibGst.ParseProgress(message, out int type, out nint code, out nint text);
        bool isAnswer = type == Complete && Marshal.PtrToStringUTF8(code) == "request";
        LibGLib.Free(code);
        LibGLib.Free(text);
        return isAnswer;
    }

    private static string? ErrorText(nint message)
    {
        if (!Is(message, GstMessageType.Error))
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
