using System.CommandLine;
using System.Text;
using System.Text.Json;
using EdgeFusion.Linux.Discovery;
using EdgeFusion.Worker.Composition;
using EdgeFusion.Worker.Configuration;

namespace EdgeFusion.Worker.Commands;

/// <summary>edgefusion devices: what is plugged in and what this build can read.</summary>
internal static class DevicesCommand
{
    public static Command Create()
    {
        var json = new Option<bool>("--json") { Description = "One JSON object on standard output." };
        var command = new Command("devices", """
            List cameras, microphones and serial ports, and what this build supports. Opens no device: safe beside a
            running robot.

            Example: edgefusion devices --json
            """)
        {
            json,
        };
        command.SetAction(parsed =>
        {
            IReadOnlyList<FoundDevice> devices = new DeviceSearch().All();
            MediaSupport media = MediaSupport.Look();
            IReadOnlyCollection<string> adapters = new SensorFactory(new SimulatorOptions()).AdapterNames;
            if (parsed.GetValue(json))
            {
                WriteJson(devices, media, adapters);
            }
            else
            {
                WriteText(devices, media, adapters);
            }

            return ExitCode.Success;
        });
        return command;
    }

    private static void WriteText(
        IReadOnlyList<FoundDevice> devices, MediaSupport media, IReadOnlyCollection<string> adapters)
    {
        foreach (string kind in (string[])["camera", "microphone", "serial"])
        {
            FoundDevice[] found = [.. devices.Where(d => d.Kind == kind)];
            Console.WriteLine(found.Length == 0 ? $"{kind}: none" : $"{kind}:");
            foreach (FoundDevice device in found)
            {
                string node = device.Node == device.Address ? "" : $" -> {device.Node}";
                Console.WriteLine($"  {device.Address}{node}  ({device.Description})");
                if (device.Problem is not null)
                {
                    Console.WriteLine($"    {device.Problem}");
                }
            }
        }

        Console.WriteLine($"adapters: {string.Join(", ", adapters)}");
        Console.WriteLine(media.GStreamer is null
            ? "GStreamer: none"
            : $"GStreamer {media.GStreamer}: {string.Join(", ", media.Elements)}");
        foreach (string problem in media.Problems)
        {
            Console.WriteLine($"  {problem}");
        }
    }

    private static void WriteJson(
        IReadOnlyList<FoundDevice> devices, MediaSupport media, IReadOnlyCollection<string> adapters)
    {
        using var buffer = new MemoryStream();
        using (var writer = new Utf8JsonWriter(buffer, new JsonWriterOptions { Indented = true }))
        {
            WriteJson(writer, devices, media, adapters);
        }

        Console.WriteLine(Encoding.UTF8.GetString(buffer.ToArray()));
    }

    private static void WriteJson(
        Utf8JsonWriter writer, IReadOnlyList<FoundDevice> devices, MediaSupport media,
        IReadOnlyCollection<string> adapters)
    {
        writer.WriteStartObject();
        writer.WriteStartArray("devices");
        foreach (FoundDevice device in devices)
        {
            writer.WriteStartObject();
            writer.WriteString("kind", device.Kind);
            writer.WriteString("address", device.Address);
            writer.WriteString("node", device.Node);
            writer.WriteString("description", device.Description);
            writer.WriteString("problem", device.Problem);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        WriteStrings(writer, "adapters", adapters);
        writer.WriteString("gstreamer", media.GStreamer);
        WriteStrings(writer, "elements", media.Elements);
        WriteStrings(writer, "problems", media.Problems);
        writer.WriteEndObject();
    }

    private static void WriteStrings(Utf8JsonWriter writer, string name, IEnumerable<string> values)
    {
        writer.WriteStartArray(name);
        foreach (string value in values)
        {
            writer.WriteStringValue(value);
        }

        writer.WriteEndArray();
    }
}
