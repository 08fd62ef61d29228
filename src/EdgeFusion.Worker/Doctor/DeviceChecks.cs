using EdgeFusion.Linux.Discovery;
using EdgeFusion.Sensing;
using EdgeFusion.Worker.Composition;
using EdgeFusion.Worker.Configuration;

namespace EdgeFusion.Worker.Doctor;

/// <summary>The sensors of the configuration: whether the build has their adapters, their devices are there and may be
/// opened, and GStreamer has its elements. Opens no device.</summary>
internal static class DeviceChecks
{
    public static IEnumerable<Finding> Run(WorkerOptions options)
    {
        var findings = new List<Finding>();
        CheckAdapters(options, findings);
        IReadOnlyList<FoundDevice> found = new DeviceSearch().All();
        foreach ((string name, SensorOptions sensor) in options.Sensors)
        {
            string device = sensor.Settings
                .FirstOrDefault(s => s.Key.Equals("Device", StringComparison.OrdinalIgnoreCase)).Value ?? "";
            if (device.StartsWith('/'))
            {
                findings.Add(Device(name, device, found));
            }
        }

        if (options.Sensors.Values.Any(sensor => sensor.Adapter == "gstreamer"))
        {
            findings.AddRange(Media());
        }

        return findings;
    }

    private static void CheckAdapters(WorkerOptions options, List<Finding> findings)
    {
        if (options.Sensors.Count == 0)
        {
            return;
        }

        try
        {
            foreach (ISensor sensor in new SensorFactory(options.Simulator).Create(options.Sensors))
            {
                (sensor as IDisposable)?.Dispose();
            }

            findings.Add(Finding.Ok("sensors", $"{options.Sensors.Count} configured, all known to this build"));
        }
        catch (EdgeFusionException fault)
        {
            findings.Add(Finding.Fail("sensors", fault.Message, "correct the sensor's section; see config/README.md"));
        }
    }

    private static Finding Device(string sensor, string device, IReadOnlyList<FoundDevice> found)
    {
        if (!File.Exists(device))
        {
            return Finding.Warn(
                "device", $"{sensor}: {device} is not there: the sensor is masked until it is",
                "plug it in, or name one of: edgefusion devices");
        }

        string real = new FileInfo(device).ResolveLinkTarget(returnFinalTarget: true)?.FullName ?? device;
        return found.FirstOrDefault(d => d.Address == device || d.Node == real)?.Problem is { } problem
            ? Finding.Fail("device", $"{sensor}: {device}: {problem}", "see the line about its group")
            : Finding.Ok("device", $"{sensor}: {device}{(real == device ? "" : " -> " + real)}");
    }

    private static IEnumerable<Finding> Media()
    {
        MediaSupport media = MediaSupport.Look();
        yield return media.GStreamer is { } version
            ? Finding.Ok("gstreamer", $"{version} with {string.Join(", ", media.Elements)}")
            : Finding.Fail("gstreamer", "GStreamer is not here", "apt-get install gstreamer1.0-plugins-good");
        foreach (string problem in media.Problems)
        {
            string[] parts = problem.Split(": ", 2);
            yield return Finding.Warn("gstreamer", parts[0], parts.Length > 1 ? parts[1] : "see edgefusion devices");
        }
    }
}
