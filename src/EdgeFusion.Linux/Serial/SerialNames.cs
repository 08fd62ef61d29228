namespace EdgeFusion.Linux.Serial;

/// <summary>The serial lines of this machine by the names that stay. Looks at folders only; opens nothing.</summary>
public static class SerialNames
{
    private const string ById = "/dev/serial/by-id";
    private const string Own = "/dev/edgefusion";

    /// <summary>Names that stay, each with the device it stands for now: our own udev rule's, then by-id, then USB
    /// lines that have no other name.</summary>
    public static IReadOnlyList<(string Name, string Device)> List()
    {
        var found = new List<(string Name, string Device)>();
        foreach (string folder in (string[])[Own, ById])
        {
            foreach (string name in Entries(folder, "*"))
            {
                found.Add((name, Target(name)));
            }
        }

        foreach (string pattern in (string[])["ttyUSB*", "ttyACM*", "ttyTHS*"])
        {
            foreach (string device in Entries("/dev", pattern))
            {
                if (!found.Exists(entry => entry.Device == device))
                {
                    found.Add((device, device));
                }
            }
        }

        return found;
    }

    /// <summary>The list as the end of a sentence.</summary>
    public static string Describe()
    {
        IReadOnlyList<(string Name, string Device)> all = List();
        return all.Count == 0
            ? "There is no serial device on this machine now"
            : "There are now: " + string.Join(", ", all.Select(entry => entry.Name));
    }

    private static string[] Entries(string folder, string pattern)
    {
        try
        {
            string[] entries = Directory.GetFiles(folder, pattern);
            Array.Sort(entries, StringComparer.Ordinal);
            return entries;
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }

    private static string Target(string name)
    {
        try
        {
            return File.ResolveLinkTarget(name, returnFinalTarget: true)?.FullName ?? name;
        }
        catch (IOException)
        {
            return name;
        }
    }
}
