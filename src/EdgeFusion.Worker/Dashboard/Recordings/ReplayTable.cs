using System.Text;
using EdgeFusion.Recording;

namespace EdgeFusion.Worker.Dashboard.Recordings;

/// <summary>
/// What a replay printed (`replay --out`), ready for the page: an overview of all windows, and each line by its number.
/// </summary>
/// <remarks><b>Bounds.</b> <see cref="MostWindows"/>. <b>Threading.</b> Immutable after reading; any thread.</remarks>
internal sealed class ReplayTable
{
    /// <summary>Windows of one recording that the page shows: two hours at 10 Hz.</summary>
    private const int MostWindows = 72_000;

    private readonly string _path;
    private readonly List<long> _offsets = [0];
    private readonly List<long> _ends = [];

    private ReplayTable(string path) => _path = path;

    /// <summary>Number of windows.</summary>
    public int Count => _ends.Count;

    /// <summary>Overview as JSON; see replay.ts for its fields.</summary>
    public ReadOnlyMemory<byte> Overview { get; private set; }

    /// <summary>File with the lines.</summary>
    public string Path => _path;

    /// <summary>Reads a file of predictions.</summary>
    /// <param name="path">The file.</param>
    /// <param name="truth">The labels of the recording.</param>
    /// <exception cref="RecordingException">A line of it is no prediction.</exception>
    public static ReplayTable Read(string path, LabelTrack truth)
    {
        var table = new ReplayTable(path);
        using var overview = new ReplayOverview(truth);
        foreach (string line in File.ReadLines(path).Take(MostWindows))
        {
            byte[] bytes = Encoding.UTF8.GetBytes(line);
            table._ends.Add(overview.Add(bytes));
            table._offsets.Add(table._offsets[^1] + bytes.Length + 1);
        }

        table.Overview = overview.Finish(isCut: table.Count == MostWindows);
        return table;
    }

    /// <summary>The line of a window exactly as it was printed.</summary>
    public byte[] Line(int index)
    {
        using FileStream file = File.OpenRead(_path);
        var line = new byte[_offsets[index + 1] - _offsets[index] - 1];
        file.Position = _offsets[index];
        file.ReadExactly(line);
        return line;
    }

    /// <summary>End of a window.</summary>
    public long EndNanoseconds(int index) => _ends[index];
}
