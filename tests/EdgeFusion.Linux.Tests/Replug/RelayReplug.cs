using EdgeFusion.Linux.Tests.Mqtt;
using EdgeFusion.Sensing;

namespace EdgeFusion.Linux.Tests.Replug;

/// <summary>A server behind a cable that is pulled out, or that stays plugged while nothing moves any more.</summary>
internal sealed class RelayReplug : IReplugBench
{
    private readonly IDisposable _server;
    private readonly TcpRelay _relay;
    private readonly bool _freezes;

    /// <param name="server">The server; owned.</param>
    /// <param name="port">Its port.</param>
    /// <param name="freezes">Whether the connection stays half open instead of being reset.</param>
    /// <param name="sensor">Makes the sensor that reads it by another port.</param>
    public RelayReplug(IDisposable server, int port, bool freezes, Func<int, ISensor> sensor)
    {
        _server = server;
        _freezes = freezes;
        _relay = new TcpRelay(port);
        Sensor = sensor(_relay.Port);
    }

    public ISensor Sensor { get; }

    // Beyond every patience of a reader, so that it is at whatever stage of trying again.
    public TimeSpan LongestOutage => TimeSpan.FromSeconds(_freezes ? 5 : 1.5);

    public void Unplug()
    {
        if (_freezes)
        {
            _relay.Freeze();
        }
        else
        {
            _relay.Unplug();
        }
    }

    public void Plug()
    {
        if (_freezes)
        {
            _relay.Thaw();
        }
        else
        {
            _relay.Plug();
        }
    }

    public void Dispose()
    {
        _relay.Dispose();
        _server.Dispose();
    }
}
