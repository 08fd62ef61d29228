using EdgeFusion.Sensing;
using EdgeFusion.Time;

namespace EdgeFusion.Recording;

/// <summary>One topic of a recording as a source; with PacedSensor it becomes a live sensor.</summary>
public sealed class RecordingSource : ISampleSource
{
    private readonly RecordingFeed _feed;
    private readonly int _sensor = -1;

    /// <summary>Picks a topic.</summary>
    /// <param name="feed">The recording; owned from here on.</param>
    /// <param name="topic">Topic, e.g. "/wrist".</param>
    /// <exception cref="RecordingException">There is no such sensor; the message lists those that there
    /// are.</exception>
    public RecordingSource(RecordingFeed feed, string topic)
    {
        ArgumentNullException.ThrowIfNull(feed);
        _feed = feed;
        string name = ChannelLayout.SensorName(topic);
        var names = new List<string>();
        for (int i = 0; i < feed.Sensors.Count; i++)
        {
            names.Add("/" + feed.Sensors[i].Name);
            _sensor = feed.Sensors[i].Name == name ? i : _sensor;
        }

        if (_sensor < 0)
        {
            feed.Dispose();
            throw new RecordingException(
                $"The recording has no sensor on topic '{topic}'; there are {string.Join(", ", names)}.");
        }

        feed.Select(_sensor);
    }

    /// <summary>Start of the recording.</summary>
    public Timestamp Origin => _feed.Origin;

    /// <inheritdoc/>
    public SensorInfo Info => _feed.Sensors[_sensor];

    /// <inheritdoc/>
    public bool TryAdvance(out SampleHeader header)
    {
        while (_feed.TryAdvance(out int sensor, out header))
        {
            if (sensor == _sensor)
            {
                return true;
            }
        }

        return false;
    }

    /// <inheritdoc/>
    public void Fill(Span<byte> payload) => _feed.Fill(payload);

    /// <inheritdoc/>
    public void Dispose() => _feed.Dispose();
}
