using System.Globalization;

namespace EdgeFusion.Soak.Devices;

/// <summary>Processor time of this process's threads, by name, as the kernel counts it.</summary>
internal static class ThreadTimes
{
    private const string Tasks = "/proc/self/task";

    /// <summary>Nanoseconds on a processor, per name (15 characters of it); threads of one name together.</summary>
    public static Dictionary<string, long> Read()
    {
        var times = new Dictionary<string, long>(StringComparer.Ordinal);
        foreach (string task in Directory.GetDirectories(Tasks))
        {
            try
            {
                string name = File.ReadAllText(Path.Combine(task, "comm")).TrimEnd('\n');
                string time = File.ReadAllText(Path.Combine(task, "schedstat")).Split(' ')[0];
                times[name] = times.GetValueOrDefault(name) + long.Parse(time, CultureInfo.InvariantCulture);
            }
            catch (IOException)
            {
                // The thread has ended meanwhile.
            }
        }

        return times;
    }
}
