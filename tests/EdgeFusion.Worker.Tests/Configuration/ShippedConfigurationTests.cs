using EdgeFusion.Worker.Composition;
using EdgeFusion.Worker.Configuration;
using EdgeFusion.Worker.Tests.House;

namespace EdgeFusion.Worker.Tests.Configuration;

/// <summary>The ready-made configurations name adapters and settings that exist.</summary>
public sealed class ShippedConfigurationTests
{
    public static TheoryData<string> Files =>
        [.. Directory.GetFiles(Path.Combine(Repository.Root, "config"), "*.json").Select(file => Path.GetFileName(file))
            .Where(name => name != "edgefusion.schema.json")];

    [Theory]
    [MemberData(nameof(Files))]
    public void Keys_adapters_and_settings_are_good(string file)
    {
        WorkerOptions options = WorkerConfiguration.Load(Path.Combine(Repository.Root, "config", file));

        Exception? fault = Record.Exception(() => new SensorFactory(options.Simulator).Create(options.Sensors));

        // A machine without GStreamer says so; anything else is a mistake in the file.
        Assert.True(fault is null || fault.Message.Contains("apt install", StringComparison.Ordinal), fault?.Message);
    }
}
