using EdgeFusion.Linux.Tests.Audio;
using EdgeFusion.Sensing;

namespace EdgeFusion.Linux.Tests.Replug;

/// <summary>A sound server with a card that is killed and started again.</summary>
internal sealed class PulseReplug(PulseServer server, ISensor sensor) : IReplugBench
{
    public ISensor Sensor => sensor;

    public TimeSpan LongestOutage => TimeSpan.FromSeconds(1.5);

    public void Unplug() => server.Kill();

    public void Plug() => server.Start();

    public void Dispose() => server.Dispose();
}
