using EdgeFusion.NAudio;
using EdgeFusion.Pipeline;
using EdgeFusion.Sensing;
using EdgeFusion.Worker.Configuration;

namespace EdgeFusion.Worker.Composition;

/// <summary>The microphone on NAudio; compiled where WithNAudio is true.</summary>
internal static partial class Adapters
{
    static partial void AddNAudio(AdapterCatalog<(string Name, SensorOptions Options), ISensor> catalog) =>
        catalog.Add("naudio", request => Sound(request.Name, request.Options));

    private static NAudioSensor Sound(string name, SensorOptions options)
    {
        var settings = new AdapterSettings(options.Settings);
        SensorInfo info = MediaSensors.Sound(name, options.Modality, settings);
        var microphone = new NAudioOptions
        {
            Device = settings.Text("Device"),
            File = settings.Text("File"),
            SilenceTimeout = MediaSensors.Milliseconds(settings, "SilenceTimeoutMs", 2_000, 100, 3_600_000),
        };
        settings.Done();
        return new NAudioSensor(info, microphone);
    }
}
