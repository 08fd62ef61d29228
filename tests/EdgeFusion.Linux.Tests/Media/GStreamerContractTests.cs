using EdgeFusion.Linux.Media;
using EdgeFusion.Sensing;
using EdgeFusion.Testing.Sensing;

namespace EdgeFusion.Linux.Tests.Media;

public sealed class GStreamerCameraContractTests : LiveSensorContract
{
    protected override ISensor Create() => new GStreamerSensor(MediaBench.Camera(64, 48), new GStreamerOptions());
}

public sealed class GStreamerMicrophoneContractTests : LiveSensorContract
{
    protected override ISensor Create() => new GStreamerSensor(MediaBench.Microphone(), new GStreamerOptions());
}
