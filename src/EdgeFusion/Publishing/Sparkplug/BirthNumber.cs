using System.Globalization;

namespace EdgeFusion.Publishing.Sparkplug;

/// <summary>The number that ties a death to its birth (bdSeq): one more with each connection, 0..255, kept in a file.
/// </summary>
internal sealed class BirthNumber
{
    private const int Count = 256;
    private readonly string _path;

    public BirthNumber(string path)
    {
        _path = path;
        try
        {
            Next = File.Exists(path)
                && int.TryParse(
                    File.ReadAllText(path), NumberStyles.None | NumberStyles.AllowTrailingWhite,
                    CultureInfo.InvariantCulture, out int next)
                ? next % Count
                : 0;
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            Problem = fault.Message;
        }
    }

    /// <summary>The number of the next connection.</summary>
    public int Next { get; private set; }

    /// <summary>Why it is not kept; null where it is.</summary>
    public string? Problem { get; private set; }

    /// <summary>A connection has taken the number.</summary>
    public void Advance()
    {
        Next = (Next + 1) % Count;
        try
        {
            // Whole or not at all: a torn number would be another one.
            string next = _path + ".next";
            File.WriteAllText(next, Next.ToString(CultureInfo.InvariantCulture));
            File.Move(next, _path, overwrite: true);
            Problem = null;
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            Problem = fault.Message;
        }
    }
}
