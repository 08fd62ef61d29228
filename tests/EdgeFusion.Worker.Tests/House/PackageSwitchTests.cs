using System.Xml.Linq;
using EdgeFusion.Worker.Composition;
using EdgeFusion.Worker.Configuration;

namespace EdgeFusion.Worker.Tests.House;

/// <summary>A package adapter that is switched off leaves no trace in the program; read from the project
/// files.</summary>
public sealed class PackageSwitchTests
{
    private const string Switch = "$(WithMqttNet)";

    [Fact]
    public void The_adapter_project_names_its_package_and_its_switch()
    {
        XDocument project = Load("src/EdgeFusion.MqttNet/EdgeFusion.MqttNet.csproj");

        Assert.Equal("MQTTnet", Assert.Single(project.Descendants("AdapterPackage")).Value);
        Assert.Equal(Switch, Assert.Single(project.Descendants("AdapterEnabled")).Value);
        Assert.Equal(
            ["MQTTnet", "MQTTnet.Server"],
            project.Descendants("PackageReference").Select(package => package.Attribute("Include")!.Value));
    }

    [Fact]
    public void Without_the_package_the_program_neither_references_the_adapter_nor_compiles_its_entry()
    {
        XDocument worker = Load("src/EdgeFusion.Worker/EdgeFusion.Worker.csproj");

        XElement reference = Assert.Single(
            worker.Descendants("ProjectReference"), p => Names(p, "Include", "EdgeFusion.MqttNet.csproj"));
        XElement removal = Assert.Single(
            worker.Descendants("Compile"), c => Names(c, "Remove", "Composition/Adapters.MqttNet.cs"));

        Assert.Equal($"'{Switch}' == 'true'", reference.Parent!.Attribute("Condition")?.Value);
        Assert.Equal($"'{Switch}' != 'true'", removal.Parent!.Attribute("Condition")?.Value);
        Assert.True(File.Exists(Path.Combine(
            Repository.Root, "src", "EdgeFusion.Worker", "Composition", "Adapters.MqttNet.cs")));
    }

    [Fact]
    public void Packages_are_off_unless_asked_for()
    {
        XDocument switches = Load("Packages.optional.props");

        Assert.Equal("false", Assert.Single(switches.Descendants("WithPackages")).Value);
        Assert.Equal("$(WithPackages)", Assert.Single(switches.Descendants("WithMqttNet")).Value);
    }

    [Fact]
    public void An_unknown_publisher_is_answered_with_those_that_there_are()
    {
        var options = new WorkerOptions { Mqtt = new MqttOptions { Adapter = "carrier-pigeon" } };

        var fault = Assert.Throws<ConfigurationException>(() => Adapters.Publisher(options));

        Assert.Contains("no publisher 'carrier-pigeon'", fault.Message, StringComparison.Ordinal);
        Assert.Contains("mosquitto", fault.Message, StringComparison.Ordinal);
        Assert.Contains("WithPackages", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_publisher_of_the_package_is_there_exactly_where_the_build_has_it()
    {
        var options = new WorkerOptions { Mqtt = new MqttOptions { Adapter = "mqttnet" } };
        bool inBuild = typeof(Adapters).Assembly.GetReferencedAssemblies().Any(a => a.Name == "EdgeFusion.MqttNet");

        if (inBuild)
        {
            Adapters.Publisher(options)!.Dispose();
            return;
        }

        var fault = Assert.Throws<ConfigurationException>(() => Adapters.Publisher(options));
        Assert.Contains("no publisher 'mqttnet' in this build", fault.Message, StringComparison.Ordinal);
        Assert.Contains("mosquitto", fault.Message, StringComparison.Ordinal);
        Assert.Contains("WithPackages", fault.Message, StringComparison.Ordinal);
    }

    private static XDocument Load(string path) => XDocument.Load(Path.Combine(Repository.Root, path));

    private static bool Names(XElement item, string attribute, string ending) =>
        item.Attribute(attribute)?.Value.EndsWith(ending, StringComparison.Ordinal) == true;
}
