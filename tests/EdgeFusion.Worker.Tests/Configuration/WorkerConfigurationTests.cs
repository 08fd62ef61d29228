using System.Text.Json;
using EdgeFusion.Worker.Composition;
using EdgeFusion.Worker.Configuration;
using EdgeFusion.Worker.Tests.House;
using Microsoft.Extensions.Configuration;

namespace EdgeFusion.Worker.Tests.Configuration;

public sealed class WorkerConfigurationTests
{
    [Fact]
    public void The_shipped_configuration_is_good()
    {
        WorkerOptions options = WorkerConfiguration.Load(Path.Combine(Repository.Root, "config/edgefusion.json"));

        Assert.Equal("workcell", options.Model.Name);
        Assert.Equal(4, options.Sensors.Count);
    }

    [Fact]
    public void All_faults_are_listed_together()
    {
        ConfigurationException fault = Fails("""
            {
              "Node": "a b",
              "Modle": { "Name": "x" },
              "Model": { "Threads": "many", "Nmae": "x" },
              "Sensors": { "wrist": { "Adaptor": "simulator" } },
              "Mqtt": { "Port": true }
            }
            """);

        Assert.Contains("Modle: there is no such key", fault.Message, StringComparison.Ordinal);
        Assert.Contains("Model:Threads: 'many' is no whole number", fault.Message, StringComparison.Ordinal);
        Assert.Contains("Model:Nmae: there is no such key; Model has Name, Providers", fault.Message,
            StringComparison.Ordinal);
        Assert.Contains("Sensors:wrist:Adaptor: there is no such key", fault.Message, StringComparison.Ordinal);
        Assert.Contains("Mqtt:Port: 'True' is no whole number", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Ranges_and_combinations_are_checked_together()
    {
        ConfigurationException fault = Fails("""
            {
              "Sensors": { "we st": { } },
              "Model": { "Threads": 0, "Providers": [ "gpu" ], "Precision": "int4", "Graph": "half" },
              "Explain": { "Every": -1 },
              "Mqtt": { "Host": "robot-7", "Port": 70000, "CertificateFile": "c.pem" },
              "Recording": { "Compression": "rar" }
            }
            """);

        string[] wanted =
        [
            "Sensors:we st: a name must be", "Sensors:we st:Adapter: is missing", "Model:Threads: must be 1..64",
            "Model:Providers: 'gpu' is unknown", "Model:Precision: is 'int4'; there are fp32, fp16, int8",
            "Model:Graph: is 'half'; there are auto, whole, split", "Explain:Every: must be 0..1000000",
            "Mqtt:Port: must be 1..65535",
            "Mqtt:CertificateFile: and Mqtt:KeyFile",
            "Mqtt:Tls: is off but 'robot-7' is another machine", "Recording:Compression: is 'rar'",
        ];
        Assert.All(wanted, text => Assert.Contains(text, fault.Message, StringComparison.Ordinal));
    }

    [Fact]
    public void What_heads_publish_is_checked()
    {
        ConfigurationException fault = Fails("""
            {
              "Sensors": { "wrist": { "Adapter": "simulator" } },
              "Mqtt": { "Format": "xml", "Link": "moon", "Heads": {
                "colour": { "Policy": "sometimes" },
                "shape": { "Policy": "events", "Threshold": 1.5, "MinIntervalMs": -1 },
                "grip": { "Policy": "on_change", "MinIntervalMs": 20000, "MaxIntervalMs": 1e300 }
              } }
            }
            """);

        string[] wanted =
        [
            "Mqtt:Format: is 'xml'; there are json, cbor", "Mqtt:Link: is 'moon'; there are local, wan",
            "Mqtt:Heads:colour: Policy is 'sometimes'; there are every, on_change, events",
            "Mqtt:Heads:shape: Threshold is 1.5; a score is at most 1", "Mqtt:Heads:shape: MinInterval must be 0..1 h",
            "Mqtt:Heads:grip: MinIntervalMs must be 0..3600000",
        ];
        Assert.All(wanted, text => Assert.Contains(text, fault.Message, StringComparison.Ordinal));
    }

    [Fact]
    public void A_wide_area_link_is_tried_seldom_and_patiently()
    {
        var local = OutboxSettings.From(new OutboxLimitOptions { MaxMessages = 77 }, new MqttOptions());
        var wide = OutboxSettings.From(new OutboxLimitOptions { MaxMessages = 77 }, new MqttOptions { Link = "wan" });

        Assert.Equal((1, 1), (local.BackOffMax.TotalSeconds, local.ConnectTimeout.TotalSeconds));
        Assert.Equal((30, 10), (wide.BackOffMax.TotalSeconds, wide.ConnectTimeout.TotalSeconds));
        Assert.Equal((77, 77), (local.MaxMessages, wide.MaxMessages));
    }

    [Fact]
    public void What_is_published_for_others_is_checked()
    {
        ConfigurationException fault = Fails("""
            {
              "Sensors": { "wrist": { "Adapter": "simulator" } },
              "Mqtt": { "Format": "cbor" },
              "HomeAssistant": { "Discovery": "on", "Prefix": "home/#" },
              "Sparkplug": { "Enabled": true, "Group": "a/b", "EdgeNode": "cell+1" }
            }
            """);

        string[] wanted =
        [
            "HomeAssistant:Discovery: Home Assistant reads JSON only", "HomeAssistant:Prefix: is 'home/#'",
            "Sparkplug:Group is 'a/b'; it must not be empty or have + / #", "Sparkplug:EdgeNode is 'cell+1'",
            "Sparkplug:StateFile is missing: name a file",
        ];
        Assert.All(wanted, text => Assert.Contains(text, fault.Message, StringComparison.Ordinal));
    }

    [Fact]
    public void The_environment_overrides_the_file()
    {
        IConfigurationRoot configuration = new ConfigurationBuilder()
            .AddJsonFile(Path.Combine(Repository.Root, "config/edgefusion.json"))
            .AddInMemoryCollection([new("Mqtt:Port", "2883"), new("Sensors:wrist:Settings:Source", "wrist")])
            .Build();

        WorkerOptions options = WorkerConfiguration.Bind(configuration, "test");

        Assert.Equal(2883, options.Mqtt.Port);
        Assert.Equal("wrist", options.Sensors["wrist"].Settings["Source"]);
    }

    [Fact]
    public void A_file_that_is_no_json_is_a_sentence()
    {
        string path = Path.GetTempFileName();
        File.WriteAllText(path, "{ \"Node\": ");

        ConfigurationException fault = Assert.Throws<ConfigurationException>(() => WorkerConfiguration.Load(path));

        File.Delete(path);
        Assert.Contains("Cannot read", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_schema_for_editors_has_the_keys_of_the_options()
    {
        using JsonDocument schema = JsonDocument.Parse(
            File.ReadAllText(Path.Combine(Repository.Root, "config/edgefusion.schema.json")));

        var faults = new List<string>();
        Compare(typeof(WorkerOptions), schema.RootElement, "", faults);

        Assert.True(faults.Count == 0, string.Join('\n', faults));
    }

    private static void Compare(Type type, JsonElement schema, string path, List<string> faults)
    {
        string[] keys = [.. schema.GetProperty("properties").EnumerateObject()
            .Select(p => p.Name).Where(n => n != "$schema")];
        string[] properties = [.. type.GetProperties().Select(p => p.Name)];
        faults.AddRange(keys.Except(properties).Select(key => $"{path}{key}: only in the schema"));
        faults.AddRange(properties.Except(keys).Select(key => $"{path}{key}: not in the schema"));
        foreach (System.Reflection.PropertyInfo property in type.GetProperties())
        {
            if (property.PropertyType.Namespace == typeof(WorkerOptions).Namespace && keys.Contains(property.Name))
            {
                Compare(
                    property.PropertyType, schema.GetProperty("properties").GetProperty(property.Name),
                    path + property.Name + ":", faults);
            }
        }
    }

    private static ConfigurationException Fails(string json)
    {
        using var stream = new MemoryStream(System.Text.Encoding.UTF8.GetBytes(json));
        IConfigurationRoot configuration = new ConfigurationBuilder().AddJsonStream(stream).Build();
        return Assert.Throws<ConfigurationException>(() => WorkerConfiguration.Bind(configuration, "test"));
    }
}
