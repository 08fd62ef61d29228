using System.Runtime.InteropServices;

namespace EdgeFusion.Linux.Discovery;

/// <summary>
/// Lists cameras, microphones and serial ports from what the system knows already (/dev, /sys, /proc). Opens no
/// device: nothing is sent, no line of a serial port changes, no robot notices.
/// </summary>
/// <param name="root">Where /dev, /sys and /proc lie; "/" but in tests.</param>
public sealed partial class DeviceSearch(string root = "/")
{
    private const int ReadAndWrite = 6;

    /// <summary>All devices, cameras first.</summary>
    public IReadOnlyList<FoundDevice> All() => [.. Cameras(), .. Microphones(), .. SerialPorts()];

    /// <summary>Cameras of Video4Linux that can capture; the metadata nodes beside them are left out.</summary>
    public IEnumerable<FoundDevice> Cameras()
    {
        foreach (string node in Entries("dev", "video*"))
        {
            string name = Path.GetFileName(node);
            string system = At("sys", "class", "video4linux", name);
            if (FirstLine(Path.Combine(system, "index")) is { } index && index != "0")
            {
                continue;
            }

            string address = Link("dev/v4l/by-id", node) ?? Link("dev/v4l/by-path", node) ?? Shown(node);
            yield return new FoundDevice(
                "camera", address, Shown(node), FirstLine(Path.Combine(system, "name")) ?? "camera",
                Trouble(node, "video"));
        }
    }

    /// <summary>Capture devices of the sound cards.</summary>
    public IEnumerable<FoundDevice> Microphones()
    {
        foreach (string line in Lines(At("proc", "asound", "pcm")))
        {
            // 01-00: USB Audio : USB Audio : playback 1 : capture 1
            string[] parts = line.Split(':', StringSplitOptions.TrimEntries);
            string[] numbers = parts[0].Split('-');
            bool isCapture = Array.Exists(parts, p => p.StartsWith("capture", StringComparison.Ordinal));
            if (!isCapture || numbers.Length != 2 || !int.TryParse(numbers[0], out int card)
                || !int.TryParse(numbers[1], out int device))
            {
                continue;
            }

            string id = FirstLine(At("proc", "asound", $"card{card}", "id")) ?? numbers[0];
            string node = $"dev/snd/pcmC{card}D{device}c";
            yield return new FoundDevice(
                "microphone", $"plughw:CARD={id},DEV={device}", "/" + node, parts.Length > 1 ? parts[1] : "",
                Trouble(At(node), "audio"));
        }
    }

    /// <summary>Serial ports: USB adapters by their serial number, and the board's own UARTs.</summary>
    public IEnumerable<FoundDevice> SerialPorts()
    {
        foreach (string pattern in (string[])["ttyUSB*", "ttyACM*", "ttyTHS*", "ttyAMA*"])
        {
            foreach (string node in Entries("dev", pattern))
            {
                string? durable = Link("dev/edgefusion", node) ?? Link("dev/serial/by-id", node)
                    ?? Link("dev/serial/by-path", node);
                string described = durable is null ? "UART" : Path.GetFileName(durable);
                yield return new FoundDevice(
                    "serial", durable ?? Shown(node), Shown(node), described, Trouble(node, "dialout"));
            }
        }
    }

    private string At(params ReadOnlySpan<string> parts) => Path.Combine([root, .. parts]);

    /// <summary>A path as it is called when the root is "/".</summary>
    private string Shown(string path) => "/" + Path.GetRelativePath(root, path);

    private string[] Entries(string folder, string pattern)
    {
        string path = At(folder);
        string[] found = Directory.Exists(path) ? Directory.GetFileSystemEntries(path, pattern) : [];
        Array.Sort(found, (a, b) => Order(a).CompareTo(Order(b)));
        return found;
    }

    private static (int, string) Order(string path)
    {
        string name = Path.GetFileName(path);
        string digits = name.TrimStart("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ".ToCharArray());
        return (int.TryParse(digits, out int number) ? number : int.MaxValue, name);
    }

    /// <summary>A link in a folder of links that leads to a node.</summary>
    private string? Link(string folder, string node)
    {
        string path = At(folder);
        if (!Directory.Exists(path))
        {
            return null;
        }

        string[] links = Directory.GetFileSystemEntries(path);
        Array.Sort(links, StringComparer.Ordinal);
        foreach (string link in links)
        {
            if (File.ResolveLinkTarget(link, returnFinalTarget: true)?.FullName == Path.GetFullPath(node))
            {
                return Shown(link);
            }
        }

        return null;
    }

    private static string? Trouble(string node, string group) =>
        !File.Exists(node) || Access(node, ReadAndWrite) == 0
            ? null
            : $"no permission: add this user to the group {group} and log in again";

    private static string? FirstLine(string path)
    {
        foreach (string line in Lines(path))
        {
            return line.Trim();
        }

        return null;
    }

    private static string[] Lines(string path)
    {
        try
        {
            return File.Exists(path) ? File.ReadAllLines(path) : [];
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            // Listed without its name.
            return [];
        }
    }

    [LibraryImport("libc", EntryPoint = "access", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Access(string path, int mode);
}
