using System.Diagnostics;
using EdgeFusion.Testing;
using EdgeFusion.Worker.Tests.House;

namespace EdgeFusion.Worker.Tests.EndToEnd;

/// <summary>The short version of the soak with live devices: each fault once.</summary>
public sealed class LiveDevicesTests
{
    [NeedsLibraryFact("libgstrtspserver-1.0.so.0")]
    public void Devices_that_come_and_go_leave_every_window_predicted_and_every_sample_accounted_for()
    {
        string configuration = new DirectoryInfo(AppContext.BaseDirectory).Name;
        string program = Path.Combine(
            Repository.Root, "artifacts", "bin", "EdgeFusion.Soak", configuration, "EdgeFusion.Soak.dll");
        using Process soak = Process.Start(new ProcessStartInfo("dotnet", [program, "live-devices"])
        { UseShellExecute = false, RedirectStandardOutput = true })!;
        string output = soak.StandardOutput.ReadToEnd();
        soak.WaitForExit();

        Assert.True(soak.ExitCode == 0, output);
        Assert.Contains("samples unaccounted for", output, StringComparison.Ordinal);
    }
}
