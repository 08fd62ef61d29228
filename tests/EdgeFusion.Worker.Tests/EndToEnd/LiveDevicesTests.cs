using EdgeFusion.Testing;

namespace EdgeFusion.Worker.Tests.EndToEnd;

/// <summary>The short version of the soak with live devices: each fault once.</summary>
public sealed class LiveDevicesTests
{
    [NeedsLibraryFact("libgstrtspserver-1.0.so.0")]
    public void Devices_that_come_and_go_leave_every_window_predicted_and_every_sample_accounted_for()
    {
        (int code, string output) = SoakRun.Of("live-devices");

        Assert.True(code == 0, output);
        Assert.Contains("samples unaccounted for", output, StringComparison.Ordinal);
    }
}
