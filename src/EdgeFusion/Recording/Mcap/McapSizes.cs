namespace EdgeFusion.Recording.Mcap;

/// <summary>Sizes of reused memory, and of foreign text in messages.</summary>
internal static class McapSizes
{
    private const int Step = 64 << 10;
    private const int MaxTextLength = 64;

    /// <summary>
    /// Size of a buffer that has to hold <paramref name="bytes"/>: an eighth more, in steps of 64 KiB, so that chunks
    /// of slowly growing size do not replace it again and again. At most <paramref name="limit"/> where that is enough.
    /// </summary>
    public static int Grown(int bytes, int limit)
    {
        var size = ((bytes + ((long)bytes >> 3)) | (Step - 1)) + 1;
        return (int)Math.Max(bytes, Math.Min(size, limit));
    }

    /// <summary>A text from a file, fit for a message: short and without control characters.</summary>
    public static string Shorten(string text)
    {
        var length = Math.Min(text.Length, MaxTextLength);
        return string.Create(length, text, static (span, source) =>
        {
            for (var i = 0; i < span.Length; i++)
                span[i] = char.IsControl(source[i]) ? '?' : source[i];
        });
    }
}
