using System.Globalization;
using System.Runtime;
using System.Runtime.InteropServices;

namespace EdgeFusion.Worker.Bench;

/// <summary>What a bench ran on, in words: processor, cores, load by others, run time and garbage collector.</summary>
internal static class BenchMachine
{
    private const string ProcessorKey = "model name";

    /// <summary>One line.</summary>
    public static string Describe()
    {
        string collector = GCSettings.IsServerGC ? "server GC" : "workstation GC";
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{Processor()}, {Environment.ProcessorCount} cores, load {Load()}, "
            + $"{RuntimeInformation.FrameworkDescription}, {collector}");
    }

    /// <summary>Processes that wanted to run during the last minute; "unknown" where the system does not
    /// tell.</summary>
    private static string Load()
    {
        const string File = "/proc/loadavg";
        return System.IO.File.Exists(File) ? System.IO.File.ReadAllText(File).Split(' ')[0] : "unknown";
    }

    private static string Processor()
    {
        const string File = "/proc/cpuinfo";
        if (System.IO.File.Exists(File))
        {
            foreach (string line in System.IO.File.ReadLines(File))
            {
                if (line.StartsWith(ProcessorKey, StringComparison.Ordinal))
                {
                    return line[(line.IndexOf(':', StringComparison.Ordinal) + 1)..].Trim();
                }
            }
        }

        return RuntimeInformation.ProcessArchitecture.ToString();
    }
}
