using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using EdgeFusion.Linux.Interop.Libc;
using EdgeFusion.Linux.Interop.Mosquitto;
using EdgeFusion.Linux.Mqtt;
using EdgeFusion.Publishing;
using EdgeFusion.Testing;
using Xunit;

namespace EdgeFusion.Linux.Tests.Mqtt;

public sealed class MosquittoPublisherTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    [NeedsBrokerFact]
    public void Subscribers_see_expiry_content_type_and_user_properties()
    {
        using var broker = new TestBroker();
        using var subscriber = new TestSubscriber(broker.Port);
        using var publisher = new MosquittoPublisher(Options(broker.Port) with
        {
            UserProperties = new Dictionary<string, string> { ["schema"] = "1" },
        });
        publisher.Connect(null, Patience, default);

        publisher.TryPublish(Message("a", "{}"), 1);
        Waiting.Until(() => subscriber.Lines.Count == 1, "nothing came");

        JsonElement properties = subscriber.Lines[0].GetProperty("properties");
        Assert.Equal("application/json", properties.GetProperty("content-type").GetString());
        Assert.Equal(1, properties.GetProperty("payload-format-indicator").GetInt32());
        Assert.InRange(properties.GetProperty("message-expiry-interval").GetInt32(), 59, 60);
        Assert.Contains("\"schema\":\"1\"", properties.GetRawText(), StringComparison.Ordinal);
    }

    [NeedsBrokerFact]
    public void Receive_maximum_of_the_broker_is_honoured()
    {
        using var broker = new TestBroker("allow_anonymous true\nmax_inflight_messages 5\n");
        using var publisher = new MosquittoPublisher(Options(broker.Port));
        publisher.Connect(null, Patience, default);

        int taken = 0;
        while (taken < 100 && publisher.TryPublish(Message("a", "x"), taken) == HandOver.Taken)
        {
            taken++;
        }

        Assert.Equal(5, taken);
    }

    [NeedsBrokerFact]
    public void Message_larger_than_the_broker_takes_is_refused_and_not_retried()
    {
        using var broker = new TestBroker("allow_anonymous true\nmax_packet_size 1000\n");
        using var publisher = new MosquittoPublisher(Options(broker.Port));
        publisher.Connect(null, Patience, default);

        Assert.Equal(HandOver.Refused, publisher.TryPublish(Message("a", new string('x', 2000)), 1));
        Assert.True(publisher.IsConnected);
    }

    [NeedsBrokerFact]
    public void Wrong_password_is_an_error_that_says_what_to_check_and_hides_the_password()
    {
        using var broker = new TestBroker("allow_anonymous false\n");
        string file = Path.Combine(broker.FolderPath, "password");
        File.WriteAllText(file, "hunter2\n");
        using var publisher = new MosquittoPublisher(
            Options(broker.Port) with { UserName = "robot", PasswordFile = file });

        var fault = Assert.Throws<TransportException>(() => publisher.Connect(null, Patience, default));

        Assert.Contains("0x87", fault.Message, StringComparison.Ordinal);
        Assert.Contains("password file", fault.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("hunter2", fault.Message, StringComparison.Ordinal);
    }

    [NeedsBrokerFact]
    public void Second_client_with_the_same_identifier_ends_the_first_connection()
    {
        using var broker = new TestBroker();
        using var first = new MosquittoPublisher(Options(broker.Port));
        using var second = new MosquittoPublisher(Options(broker.Port));
        first.Connect(null, Patience, default);
        second.Connect(null, Patience, default);

        var fault = Assert.Throws<TransportException>(() => PumpFor(first, Patience));

        // Brokers that give the reason (0x8E) have it named; mosquitto 2.0.11 just closes the connection.
        Assert.Contains(first.Target, fault.Message, StringComparison.Ordinal);
        Assert.False(first.IsConnected);
        Assert.True(second.IsConnected);
    }

    [NeedsBrokerFact]
    public void Silent_listener_times_out_and_a_stop_ends_the_wait()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        using var publisher = new MosquittoPublisher(Options(((IPEndPoint)listener.LocalEndpoint).Port));
        long begin = Environment.TickCount64;

        var fault = Assert.Throws<TransportException>(
            () => publisher.Connect(null, TimeSpan.FromMilliseconds(300), default));
        long timedOut = Environment.TickCount64 - begin;
        using var stopping = new CancellationTokenSource(TimeSpan.FromMilliseconds(100));
        begin = Environment.TickCount64;
        Assert.ThrowsAny<OperationCanceledException>(
            () => publisher.Connect(null, TimeSpan.FromSeconds(30), stopping.Token));
        long stopped = Environment.TickCount64 - begin;

        Assert.Contains("no answer in time", fault.Message, StringComparison.Ordinal);
        Assert.InRange(timedOut, 250, 2000);
        Assert.InRange(stopped, 50, 2000);
    }

    [NeedsBrokerFact]
    public void Publishing_allocates_nothing_on_the_managed_heap()
    {
        using var broker = new TestBroker();
        using var publisher = new MosquittoPublisher(Options(broker.Port));
        publisher.Connect(null, Patience, default);
        var receipts = new CountingReceipts();
        PublishMessage message = Message("a", "{\"x\":1}");
        PublishMany(publisher, message, receipts, 200);

        long before = GC.GetAllocatedBytesForCurrentThread();
        PublishMany(publisher, message, receipts, 2000);
        long allocated = GC.GetAllocatedBytesForCurrentThread() - before;

        Allocations.AssertNone(2_000, allocated);
        Assert.Equal(2200, receipts.Count);
    }

    [NeedsBrokerFact]
    public void Thousand_failing_connections_leave_no_descriptor_behind()
    {
        using var broker = new TestBroker(start: false);
        using var publisher = new MosquittoPublisher(Options(broker.Port));
        Assert.Throws<TransportException>(() => publisher.Connect(null, Patience, default));
        int before = Directory.GetFiles("/proc/self/fd").Length;

        for (int i = 0; i < 1000; i++)
        {
            Assert.Throws<TransportException>(() => publisher.Connect(null, Patience, default));
        }

        // Other tests of this process open and close theirs meanwhile; a leak would be a thousand.
        Assert.InRange(Directory.GetFiles("/proc/self/fd").Length, 0, before + 300);
    }

    [NeedsBrokerFact]
    public void Private_broker_serves_and_leaves_nothing_behind()
    {
        int process;
        using (LocalBroker broker = LocalBroker.StartPrivate(default))
        {
            process = broker.ProcessId!.Value;
            using var publisher = new MosquittoPublisher(Options(broker.Port));
            publisher.Connect(null, Patience, default);

            Assert.True(publisher.IsConnected);
            Assert.Equal($"mosquitto_sub -h 127.0.0.1 -p {broker.Port} -t 'edgefusion/#' -v", broker.SubscribeLine);
        }

        Assert.Throws<ArgumentException>(() => Process.GetProcessById(process));
    }

    [Fact]
    public void Wrong_options_are_reported_all_at_once()
    {
        var fault = Assert.Throws<ConfigurationException>(
            () => new BrokerOptions { ClientId = "", Port = 0, KeepAliveSeconds = 1, CaFile = "x" }.Validate());

        Assert.Contains("ClientId", fault.Message, StringComparison.Ordinal);
        Assert.Contains("Port", fault.Message, StringComparison.Ordinal);
        Assert.Contains("KeepAliveSeconds", fault.Message, StringComparison.Ordinal);
        Assert.Contains("Tls = true", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Poll_descriptor_has_the_layout_of_struct_pollfd()
    {
        Assert.Equal(8, Marshal.SizeOf<PollDescriptor>());
        Assert.Equal(4, (int)Marshal.OffsetOf<PollDescriptor>(nameof(PollDescriptor.Events)));
        Assert.Equal(6, (int)Marshal.OffsetOf<PollDescriptor>(nameof(PollDescriptor.Returned)));
    }

    [NeedsBrokerFact]
    public void Error_numbers_mean_what_we_think()
    {
        Assert.True(LibMosquitto.LibVersion(out int major, out _, out _) >= 2_000_000);
        Assert.Equal(2, major);
        Assert.Contains("Invalid", MosquittoFault.Describe((int)MosquittoCode.Invalid, 0), StringComparison.Ordinal);
        Assert.Contains(
            "lost", MosquittoFault.Describe((int)MosquittoCode.ConnectionLost, 0), StringComparison.Ordinal);
        Assert.Equal("Session taken over (0x8E)", MosquittoFault.DescribeReason(MqttReason.SessionTakenOver));
        Assert.StartsWith(
            "No matching subscribers", MosquittoFault.DescribeReason(MqttReason.NoMatchingSubscribers),
            StringComparison.Ordinal);
    }

    private static BrokerOptions Options(int port) =>
        new() { Host = "127.0.0.1", Port = port, ClientId = "test" };

    private static PublishMessage Message(string topic, string payload) => new(
        topic, Encoding.UTF8.GetBytes(payload), QualityOfService.AtLeastOnce, false, TimeSpan.FromSeconds(60),
        PublishMessage.Json);

    private static void PumpFor(MosquittoPublisher publisher, TimeSpan time)
    {
        long end = Environment.TickCount64 + (long)time.TotalMilliseconds;
        while (Environment.TickCount64 < end)
        {
            publisher.Pump(TimeSpan.FromMilliseconds(50), new CountingReceipts());
        }
    }

    private static void PublishMany(
        MosquittoPublisher publisher, in PublishMessage message, CountingReceipts receipts, int times)
    {
        for (int i = 0; i < times; i++)
        {
            while (publisher.TryPublish(message, i) == HandOver.Busy)
            {
                publisher.Pump(TimeSpan.FromMilliseconds(100), receipts);
            }
        }

        while (publisher.InFlight > 0)
        {
            publisher.Pump(TimeSpan.FromMilliseconds(100), receipts);
        }
    }

    private sealed class CountingReceipts : IPublishReceipts
    {
        public int Count { get; private set; }

        public void Acknowledged(long ticket, PublishOutcome outcome) => Count++;
    }
}
