using EdgeFusion.Testing;

namespace EdgeFusion.Worker.Tests.EndToEnd;

/// <summary>The short version of the delivery soak: workers and brokers are killed, the disk is full, nothing is lost
/// without a word.</summary>
public sealed class DeliveryTests
{
    [NeedsProgramFact("mosquitto")]
    public void Nothing_is_lost_when_workers_and_brokers_are_killed()
    {
        (int code, string output) = SoakRun.Of(
            "delivery", "--no-speed", "--kills", "3", "--broker-kills", "1", "--outages", "1", "--full-disk", "4");

        Assert.True(code == 0, output);
        Assert.Contains("[OK]       lost, worker killed", output, StringComparison.Ordinal);
    }
}
