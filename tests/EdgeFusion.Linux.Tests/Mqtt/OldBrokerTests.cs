using System.Net;
using System.Net.Sockets;
using EdgeFusion.Linux.Mqtt;
using EdgeFusion.Publishing;
using EdgeFusion.Testing;
using Xunit;

namespace EdgeFusion.Linux.Tests.Mqtt;

/// <summary>A broker that speaks MQTT 3.1.1 only, made of a few bytes.</summary>
public sealed class OldBrokerTests
{
    private const byte Connect = 0x10;
    private const byte Publish = 0x30;

    [NeedsLibraryFact("libmosquitto.so.1")]
    public void An_older_broker_gets_the_same_topics_without_properties()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var published = new List<byte[]>();
        var broker = new Thread(() => Serve(listener, published)) { IsBackground = true };
        broker.Start();
        using var publisher = new MosquittoPublisher(new BrokerOptions
        {
            Host = "127.0.0.1",
            Port = ((IPEndPoint)listener.LocalEndpoint).Port,
            ClientId = "old",
        });
        var message = new PublishMessage(
            "a/b", "{}"u8.ToArray(), QualityOfService.AtLeastOnce, true, TimeSpan.FromSeconds(5), PublishMessage.Json);

        publisher.Connect(message, TimeSpan.FromSeconds(10), default);
        Assert.Equal(HandOver.Taken, publisher.TryPublish(message, 77));
        var receipts = new Receipts();
        while (receipts.Ticket == 0)
        {
            publisher.Pump(TimeSpan.FromSeconds(1), receipts);
        }

        Assert.True(publisher.IsOldProtocol);
        Assert.Equal(77, receipts.Ticket);

        // Topic length and topic, packet identifier, payload: nothing else.
        Assert.Equal("\0\x03" + "a/b\0\x01{}", System.Text.Encoding.ASCII.GetString(Assert.Single(published)));
    }

    private static void Serve(TcpListener listener, List<byte[]> published)
    {
        for (int i = 0; i < 2; i++)
        {
            using TcpClient client = listener.AcceptTcpClient();
            using NetworkStream stream = client.GetStream();
            while (Read(stream) is (byte kind, byte[] content))
            {
                if (kind == Connect)
                {
                    const int LevelOffset = 6;
                    bool known = content[LevelOffset] == 4;
                    stream.Write([0x20, 2, 0, known ? (byte)0 : (byte)1]);
                    if (!known)
                    {
                        break;
                    }
                }
                else if ((kind & 0xF0) == Publish)
                {
                    published.Add(content);
                    stream.Write([0x40, 2, 0, 1]);
                }
            }
        }
    }

    private static (byte Kind, byte[] Content)? Read(NetworkStream stream)
    {
        int kind = stream.ReadByte();
        int length = kind < 0 ? -1 : stream.ReadByte();
        if (length < 0)
        {
            return null;
        }

        byte[] rest = new byte[length];
        stream.ReadExactly(rest);
        return ((byte)kind, rest);
    }

    private sealed class Receipts : IPublishReceipts
    {
        public long Ticket { get; private set; }

        public void Acknowledged(long ticket, PublishOutcome outcome) => Ticket = ticket;
    }
}
