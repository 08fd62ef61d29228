using System.Diagnostics;
using EdgeFusion.Testing;
using EdgeFusion.Worker.Tests.House;

namespace EdgeFusion.Worker.Tests.EndToEnd;

/// <summary>The short version of the delivery soak: workers and brokers are killed, nothing is lost.</summary>
public sealed class DeliveryTests
{
    [NeedsProgramFact("mosquitto")]
    public void Nothing_is_lost_when_workers_and_brokers_are_killed()
    {
        string configuration = new DirectoryInfo(AppContext.BaseDirectory).Name;
        string program = Path.Combine(
            Repository.Root, "artifacts", "bin", "EdgeFusion.Soak", configuration, "EdgeFusion.Soak.dll");
        using Process soak = Process.Start(new ProcessStartInfo(
            "dotnet", [program, "delivery", "--no-speed", "--kills", "3", "--broker-kills", "1", "--outages", "1"])
        { UseShellExecute = false, RedirectStandardOutput = true })!;
        string output = soak.StandardOutput.ReadToEnd();
        soak.WaitForExit();

        Assert.True(soak.ExitCode == 0, output);
        Assert.Contains("[OK]       lost, worker killed", output, StringComparison.Ordinal);
    }
}
