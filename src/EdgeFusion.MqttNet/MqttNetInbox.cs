using System.Buffers;
using System.Collections.Concurrent;
using EdgeFusion.Publishing;
using MQTTnet;
using MQTTnet.Packets;
using MQTTnet.Protocol;

namespace EdgeFusion.MqttNet;

/// <summary>What a client listens to, and what has come and is not passed on yet.</summary>
/// <remarks>Bounded in number and size: a broker is not to be trusted. <b>Threading.</b> <see cref="Take"/> on a thread
/// of MQTTnet, <see cref="Deliver"/> on the publisher's.</remarks>
internal sealed class MqttNetInbox(IReadOnlyList<string> filters, IInbox inbox, bool retained, Action wake)
{
    private const int MostWaiting = 4096;

    private readonly ConcurrentQueue<InboundMessage> _waiting = new();
    private long _overrun;

    public long Overrun => Interlocked.Read(ref _overrun);

    /// <summary>What to ask the broker for. MQTT 3.1.1 cannot be asked to leave out what is retained; who listens looks
    /// at that by itself.</summary>
    public MqttClientSubscribeOptions Subscription(bool isOld)
    {
        var options = new MqttClientSubscribeOptions();
        foreach (string filter in filters)
        {
            options.TopicFilters.Add(new MqttTopicFilter
            {
                Topic = filter,
                QualityOfServiceLevel = MqttQualityOfServiceLevel.AtLeastOnce,
                RetainHandling = retained || isOld
                    ? MqttRetainHandling.SendAtSubscribe
                    : MqttRetainHandling.DoNotSendOnSubscribe,
            });
        }

        return options;
    }

    /// <summary>Copies a message out of the library's memory; never throws.</summary>
    public Task Take(MqttApplicationMessageReceivedEventArgs args)
    {
        MqttApplicationMessage message = args.ApplicationMessage;
        if (message.Payload.Length > BrokerOptions.MaxInboundBytes || _waiting.Count >= MostWaiting)
        {
            Interlocked.Increment(ref _overrun);
            return Task.CompletedTask;
        }

        _waiting.Enqueue(new InboundMessage(
            message.Topic ?? "", message.Payload.ToArray(), message.Retain, message.ResponseTopic,
            message.CorrelationData ?? []));
        wake();
        return Task.CompletedTask;
    }

    /// <summary>Passes on what has come.</summary>
    public void Deliver()
    {
        while (_waiting.TryDequeue(out InboundMessage? message))
        {
            inbox.Received(message);
        }
    }
}
