namespace EdgeFusion.Linux.Media;

/// <summary>Makes one clear line, with what to do, of GStreamer's two-part errors.</summary>
internal static class MediaFault
{
    /// <summary>Joins both parts and adds the remedy where the cause is a known one.</summary>
    /// <param name="message">For users, often vague.</param>
    /// <param name="detail">For developers: place in the source, then lines that usually name the cause.</param>
    public static string Explain(string message, string detail)
    {
        string cause = LastLine(detail);
        string text = cause.Length == 0 || message.Contains(cause, StringComparison.Ordinal)
            ? message.TrimEnd('.')
            : $"{message.TrimEnd('.')} ({cause.TrimEnd('.')})";
        return Remedy(message + " " + detail) is { } remedy ? $"{text}; {remedy}" : text;
    }

    private static string LastLine(string detail)
    {
        string[] lines = detail.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);

        // The first line is the place in GStreamer's source.
        return lines.Length > 1 ? lines[^1] : "";
    }

    private static string? Remedy(string text)
    {
        bool Has(string part) => text.Contains(part, StringComparison.OrdinalIgnoreCase);
        if (Has("Permission denied"))
        {
            return "add this user to the group of the device (video for cameras, audio for microphones) and log in "
                + "again";
        }

        if (Has("busy"))
        {
            return "another program uses it: stop that one (fuser shows which)";
        }

        if (Has("401") || Has("Unauthorized") || Has("not authorized"))
        {
            return "set user and password_file";
        }

        if (Has("404") || Has("Not found"))
        {
            return "check the path in the address";
        }

        if (Has("refused") || Has("Failed to connect") || Has("unreachable") || Has("Could not resolve"))
        {
            return "check address, cable and that the camera is on";
        }

        return Has("not-negotiated")
            ? "the source cannot deliver that size, rate or format: try other width, height, fps"
            : null;
    }
}
