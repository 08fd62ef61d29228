using System.Globalization;
using System.Runtime.InteropServices;
using EdgeFusion.Worker.Configuration;

namespace EdgeFusion.Worker.Doctor;

/// <summary>Machine, clocks, disks, groups and real-time limits.</summary>
internal static class SystemChecks
{
    private const long LittleSpace = 1L << 30;

    public static IEnumerable<Finding> Run(WorkerOptions options)
    {
        yield return Finding.Ok(
            "system",
            $"{RuntimeInformation.OSDescription}, {RuntimeInformation.ProcessArchitecture}, "
            + $"{Environment.ProcessorCount} cores, {RuntimeInformation.FrameworkDescription}");
        yield return Clock();
        yield return ClockSource();
        foreach (string folder in Folders(options))
        {
            yield return Disk(folder);
        }

        yield return Realtime();
        if (Governor() is { } governor)
        {
            yield return governor;
        }

        foreach ((string group, string purpose) in new[]
            { ("dialout", "serial ports"), ("video", "cameras"), ("audio", "microphones") })
        {
            yield return Group(group, purpose);
        }
    }

    private static Finding Clock() => File.Exists("/run/systemd/timesync/synchronized")
        || Directory.Exists("/run/chrony") || File.Exists("/run/ntpd.pid")
            ? Finding.Ok("clock", "synchronised")
            : Finding.Warn(
                "clock", "nothing seems to set this machine's clock: times in messages drift from other machines'",
                "apt-get install systemd-timesyncd or chrony (windows are aligned by a monotonic clock in any case)");

    /// <summary>A clock that the kernel does not trust costs microseconds per stamp and may jump.</summary>
    private static Finding ClockSource()
    {
        const string Path = "/sys/devices/system/clocksource/clocksource0/current_clocksource";
        string source = Read(Path);
        return source is "" or "tsc" or "arch_sys_counter" or "kvm-clock" or "hyperv_clocksource_tsc_page"
            ? Finding.Ok("clock", source.Length == 0 ? "the kernel does not name its source" : $"source {source}")
            : Finding.Warn(
                "clock", $"source {source}: reading it is slow", "look for 'clocksource' in dmesg; prefer tsc");
    }

    private static IEnumerable<string> Folders(WorkerOptions options)
    {
        string recording = options.Recording.File.Length > 0
            ? Path.GetDirectoryName(Path.GetFullPath(options.Recording.File))!
            : options.Recording.Folder;
        string[] folders = [recording, options.Recording.BlackBox.Folder, options.Outbox.Folder];
        return folders.Select(Existing).Distinct();
    }

    /// <summary>The folder, or the nearest above it that exists.</summary>
    private static string Existing(string folder)
    {
        string at = folder.Length == 0 ? Environment.CurrentDirectory : Path.GetFullPath(folder);
        while (!Directory.Exists(at))
        {
            at = Path.GetDirectoryName(at) ?? "/";
        }

        return at;
    }

    private static Finding Disk(string folder)
    {
        long free = new DriveInfo(folder).AvailableFreeSpace;
        string what = string.Create(CultureInfo.InvariantCulture, $"{free / 1e9:F1} GB free in {folder}");
        return free > LittleSpace
            ? Finding.Ok("disk", what)
            : Finding.Warn("disk", what, "recordings will lose data when it is full; free some space");
    }

    private static Finding Realtime()
    {
        string limits = File.Exists("/proc/self/limits") ? File.ReadAllText("/proc/self/limits") : "";
        string? line = limits.Split('\n').FirstOrDefault(
            text => text.StartsWith("Max realtime priority", StringComparison.Ordinal));
        bool allowed = line is not null && !line.Contains(" 0 ", StringComparison.Ordinal);
        return allowed
            ? Finding.Ok("realtime", "real-time priority is allowed")
            : Finding.Warn(
                "realtime", "no real-time priority: a loaded machine delays sensor threads",
                "LimitRTPRIO=20 in the service, or ulimit -r; not needed on an idle machine");
    }

    /// <summary>A processor that sleeps between windows answers late; null where the kernel names none.</summary>
    private static Finding? Governor() => Read("/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor") switch
    {
        "" => null,
        "powersave" => Finding.Warn(
            "cpu", "the frequency governor is powersave: windows take longer than they need",
            "echo performance | sudo tee /sys/devices/system/cpu/cpu*/cpufreq/scaling_governor"),
        var governor => Finding.Ok("cpu", $"frequency governor {governor}"),
    };

    private static string Read(string path)
    {
        try
        {
            return File.Exists(path) ? File.ReadAllText(path).Trim() : "";
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            return "";
        }
    }

    private static Finding Group(string group, string purpose)
    {
        if (Environment.IsPrivilegedProcess)
        {
            return Finding.Ok("group", $"root may open {purpose}");
        }

        string entry = File.Exists("/etc/group")
            ? File.ReadLines("/etc/group").FirstOrDefault(
                line => line.StartsWith(group + ":", StringComparison.Ordinal)) ?? ""
            : "";
        bool member = entry.Split(':').LastOrDefault("").Split(',').Contains(Environment.UserName);
        return member
            ? Finding.Ok("group", $"{Environment.UserName} is in {group} ({purpose})")
            : Finding.Warn(
                "group", $"{Environment.UserName} is not in {group}: no {purpose}",
                $"sudo usermod -aG {group} {Environment.UserName}, then log in again");
    }
}
