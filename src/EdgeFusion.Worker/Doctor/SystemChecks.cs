using System.Globalization;
using System.Runtime.InteropServices;
using EdgeFusion.Worker.Configuration;

namespace EdgeFusion.Worker.Doctor;

/// <summary>Machine, clock, disk, GPU, groups and real-time limits.</summary>
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
        yield return Disk(options.Recording.File);
        yield return Gpu();
        yield return Realtime();
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

    private static Finding Disk(string file)
    {
        string folder = file.Length == 0
            ? Environment.CurrentDirectory
            : Path.GetDirectoryName(Path.GetFullPath(file))!;
        while (!Directory.Exists(folder))
        {
            folder = Path.GetDirectoryName(folder) ?? "/";
        }

        long free = new DriveInfo(folder).AvailableFreeSpace;
        string what = string.Create(CultureInfo.InvariantCulture, $"{free / 1e9:F1} GB free in {folder}");
        return free > LittleSpace
            ? Finding.Ok("disk", what)
            : Finding.Warn("disk", what, "recordings will lose data when it is full; free some space");
    }

    private static Finding Gpu()
    {
        bool driver = IsThere("libcuda.so.1");
        bool runtime = IsThere("libcudart.so.12") || IsThere("libcudart.so.13");
        bool cudnn = IsThere("libcudnn.so.9");
        bool tensorrt = IsThere("libnvinfer.so.10");
        if (!driver)
        {
            return Finding.Warn("gpu", "no NVIDIA driver (libcuda.so.1): models run on the CPU", "fine without a GPU");
        }

        string what =
            $"driver yes, CUDA run time {YesNo(runtime)}, cuDNN 9 {YesNo(cudnn)}, TensorRT 10 {YesNo(tensorrt)}";
        return runtime && cudnn
            ? Finding.Ok("gpu", what)
            : Finding.Warn("gpu", what, "install the CUDA run time and cuDNN 9 that fit the ONNX Runtime build");
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

    private static bool IsThere(string library)
    {
        bool found = NativeLibrary.TryLoad(library, out nint handle);
        if (found)
        {
            NativeLibrary.Free(handle);
        }

        return found;
    }

    private static string YesNo(bool value) => value ? "yes" : "no";
}
