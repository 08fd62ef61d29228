using System.Runtime.InteropServices;
using EdgeFusion.Linux.Interop.Mosquitto;
using EdgeFusion.Publishing;

namespace EdgeFusion.Linux.Mqtt;

/// <summary>What a client listens to, and what has come and is not passed on yet.</summary>
/// <remarks>Bounded in number and size: a broker is not to be trusted. <b>Threading.</b> The publisher's thread, except
/// <see cref="Overrun"/>.</remarks>
internal sealed unsafe class MosquittoInbox(IReadOnlyList<string> filters, IInbox inbox, bool retained)
{
    private const int MostWaiting = 4096;
    private const int AtLeastOnce = 1;

    /// <summary>MQTT 5 retain handling 2: send nothing that is retained.</summary>
    private const int NoRetained = 0x20;

    private readonly Queue<InboundMessage> _waiting = new();
    private long _overrun;

    public long Overrun => Interlocked.Read(ref _overrun);

    /// <summary>Asks the broker for the topics. MQTT 3.1.1 cannot be asked to leave out what is retained; who listens
    /// looks at that by itself.</summary>
    /// <returns>How many answers there will be.</returns>
    public int Subscribe(MosquittoHandle client, string target, bool isOld)
    {
        foreach (string filter in filters)
        {
            MosquittoFault.ThrowIfFailed(
                LibMosquitto.Subscribe(client, out _, filter, AtLeastOnce, retained || isOld ? 0 : NoRetained, 0),
                target, $"subscribe to {filter} at");
        }

        return filters.Count;
    }

    /// <summary>Copies a message out of the library's memory; never throws.</summary>
    public void Take(MosquittoMessage* message, nint properties)
    {
        if (message->PayloadLength > BrokerOptions.MaxInboundBytes || _waiting.Count >= MostWaiting)
        {
            Interlocked.Increment(ref _overrun);
            return;
        }

        byte[] payload = new ReadOnlySpan<byte>(message->Payload, message->PayloadLength).ToArray();
        string topic = Marshal.PtrToStringUTF8((nint)message->Topic) ?? "";
        _waiting.Enqueue(new InboundMessage(
            topic, payload, message->Retain != 0, ResponseTopic(properties), Correlation(properties)));
    }

    /// <summary>Passes on what has come.</summary>
    public void Deliver()
    {
        while (_waiting.TryDequeue(out InboundMessage? message))
        {
            inbox.Received(message);
        }
    }

    private static string? ResponseTopic(nint properties)
    {
        if (LibMosquitto.PropertyReadString(properties, MosquittoProperty.ResponseTopic, out byte* text, 0) == 0)
        {
            return null;
        }

        string? topic = Marshal.PtrToStringUTF8((nint)text);
        NativeMemory.Free(text);
        return topic;
    }

    private static byte[] Correlation(nint properties)
    {
        if (LibMosquitto.PropertyReadBinary(
            properties, MosquittoProperty.CorrelationData, out byte* bytes, out ushort length, 0) == 0)
        {
            return [];
        }

        byte[] copy = new ReadOnlySpan<byte>(bytes, length).ToArray();
        NativeMemory.Free(bytes);
        return copy;
    }
}
