using System.Text.Json;

namespace EdgeFusion.Worker.Dashboard.Foxglove;

/// <summary>What one client has subscribed to; takes the client's requests.</summary>
/// <remarks><b>Threading.</b> Requests on one thread, <see cref="Active"/> and <see cref="Lost"/> on any.</remarks>
internal sealed class FoxgloveSubscriptions(IReadOnlyList<FoxgloveChannel> channels)
{
    private readonly Lock _lock = new();
    private volatile Entry[] _active = [];
    private long _lostBefore;

    /// <summary>A subscription by the client's own number.</summary>
    public sealed record Entry(uint Id, FoxgloveChannel Channel, IFoxgloveStream Stream);

    /// <summary>What is subscribed now; a new array after each change.</summary>
    public IReadOnlyList<Entry> Active => _active;

    /// <summary>Messages that the client was too slow for.</summary>
    public long Lost
    {
        get
        {
            lock (_lock)
            {
                return _lostBefore + _active.Sum(entry => entry.Stream.Lost);
            }
        }
    }

    /// <summary>Takes a request.</summary>
    /// <returns>What is wrong with it, for the client; null where nothing is. Operations that only newer clients know
    /// are passed over.</returns>
    public string? Take(ReadOnlySpan<byte> request)
    {
        try
        {
            var reader = new Utf8JsonReader(request);
            using JsonDocument document = JsonDocument.ParseValue(ref reader);
            JsonElement root = document.RootElement;
            switch (root.GetProperty("op").GetString())
            {
                case "subscribe":
                    return Subscribe(root.GetProperty("subscriptions"));
                case "unsubscribe":
                    Unsubscribe(root.GetProperty("subscriptionIds"));
                    return null;
                case "advertise" or "setParameters" or "getParameters" or "subscribeParameterUpdates"
                    or "subscribeConnectionGraph" or "fetchAsset":
                    return "This server is read-only: it offers subscriptions and nothing else.";
                default:
                    return null;
            }
        }
        catch (Exception fault) when (fault is JsonException or KeyNotFoundException or InvalidOperationException
            or FormatException)
        {
            return $"That was no request of the Foxglove WebSocket protocol: {fault.Message}";
        }
    }

    private string? Subscribe(JsonElement wanted)
    {
        string? problem = null;
        foreach (JsonElement item in wanted.EnumerateArray())
        {
            uint id = item.GetProperty("id").GetUInt32();
            long number = item.GetProperty("channelId").GetInt64();
            FoxgloveChannel? channel = channels.FirstOrDefault(channel => channel.Id == number);
            if (channel is null)
            {
                problem = $"There is no channel {number}.";
            }
            else if (_active.Any(entry => entry.Id == id || entry.Channel == channel))
            {
                problem = $"Subscription {id} or channel {number} is in use already.";
            }
            else
            {
                Replace([.. _active, new Entry(id, channel, channel.Open())]);
            }
        }

        return problem;
    }

    private void Unsubscribe(JsonElement ids)
    {
        foreach (JsonElement item in ids.EnumerateArray())
        {
            uint id = item.GetUInt32();
            Replace([.. _active.Where(entry => entry.Id != id)]);
        }
    }

    private void Replace(Entry[] next)
    {
        lock (_lock)
        {
            foreach (Entry gone in _active.Except(next))
            {
                _lostBefore += gone.Stream.Lost;
            }

            _active = next;
        }
    }
}
