using EdgeFusion.OpenCvSharp;
using EdgeFusion.Pipeline;
using EdgeFusion.Sensing;
using EdgeFusion.Worker.Configuration;

namespace EdgeFusion.Worker.Composition;

/// <summary>The camera on OpenCvSharp; compiled where WithOpenCvSharp is true.</summary>
internal static partial class Adapters
{
    static partial void AddOpenCvSharp(AdapterCatalog<(string Name, SensorOptions Options), ISensor> catalog) =>
        catalog.Add("opencv", request => OpenCv(request.Name, request.Options));

    private static OpenCvSensor OpenCv(string name, SensorOptions options)
    {
        var settings = new AdapterSettings(options.Settings);
        SensorInfo info = MediaSensors.Frames(name, options.Modality, settings);
        string file = settings.Text("File");
        var camera = new OpenCvOptions
        {
            Index = settings.Integer("Index", 0, 0, 255),
            Source = file.Length > 0 ? file : settings.Text("Device", settings.Text("Url")),
            Api = settings.Text("Api", "ANY"),
            IsFile = file.Length > 0,
        };
        settings.Done();
        return new OpenCvSensor(info, camera);
    }
}
