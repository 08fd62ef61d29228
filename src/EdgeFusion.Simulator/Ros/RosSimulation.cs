using EdgeFusion.Recording;
using EdgeFusion.Sensing;
using EdgeFusion.Time;

namespace EdgeFusion.Simulator.Ros;

/// <summary>Publishes the simulated work cell on a bridge, in real time: /camera, /microphone, /wrist and /arm.
/// </summary>
public sealed class RosSimulation
{
    private readonly ISampleFeed _feed;
    private readonly Action<int, SampleHeader, byte[]> _publish;
    private readonly PipelineClock _clock;

    private RosSimulation(ISampleFeed feed, PipelineClock clock, Action<int, SampleHeader, byte[]> publish)
    {
        _feed = feed;
        _clock = clock;
        _publish = publish;
    }

    /// <summary>A simulation on a Foxglove bridge.</summary>
    public static RosSimulation On(FoxgloveServer server, ISampleFeed feed, PipelineClock clock)
    {
        ArgumentNullException.ThrowIfNull(server);
        ArgumentNullException.ThrowIfNull(feed);
        var encoders = new SampleEncoder[feed.Sensors.Count];
        for (int i = 0; i < encoders.Length; i++)
        {
            encoders[i] = SampleEncoder.For(feed.Sensors[i]);
            ChannelDescription channel = encoders[i].Channel;
            server.Advertise(
                i + 1, channel.Topic, channel.SchemaName, System.Text.Encoding.UTF8.GetString(channel.SchemaText.Span));
        }

        byte[] message = [];
        return new RosSimulation(feed, clock, (sensor, header, payload) =>
        {
            if (message.Length < encoders[sensor].MessageBytes(payload.Length))
            {
                message = new byte[encoders[sensor].MessageBytes(payload.Length)];
            }

            int length = encoders[sensor].Encode(in header, payload, message);
            server.Publish(sensor + 1, header.Arrival.Nanoseconds, message.AsSpan(0, length));
        });
    }

    /// <summary>A simulation on rosbridge.</summary>
    public static RosSimulation On(RosbridgeServer server, ISampleFeed feed, PipelineClock clock)
    {
        ArgumentNullException.ThrowIfNull(server);
        ArgumentNullException.ThrowIfNull(feed);
        return new RosSimulation(feed, clock, (sensor, header, payload) =>
        {
            string topic = ChannelLayout.Topic(feed.Sensors[sensor].Name);
            if (server.IsSubscribed(topic))
            {
                server.Publish(topic, RosJsonMessage.Of(feed.Sensors[sensor], header.Capture, payload));
            }
        });
    }

    /// <summary>Publishes until the feed ends or the token is cancelled.</summary>
    public void Run(CancellationToken stopping)
    {
        long? shift = null;
        while (!stopping.IsCancellationRequested && _feed.TryAdvance(out int sensor, out SampleHeader header))
        {
            shift ??= _clock.Now.NanosecondsSince(header.Arrival);
            header.Arrival = header.Arrival.AddNanoseconds(shift.Value);
            header.Capture = header.Capture.AddNanoseconds(shift.Value);
            if (!_clock.WaitUntil(header.Arrival, stopping))
            {
                return;
            }

            byte[] payload = new byte[header.Length];
            _feed.Fill(payload);
            _publish(sensor, header, payload);
        }
    }
}
