using System.Globalization;
using EdgeFusion.Linux.Mqtt;
using EdgeFusion.Publishing;
using EdgeFusion.Testing;
using Xunit;

namespace EdgeFusion.Linux.Tests.Mqtt;

/// <summary>Who is trusted, against a real broker with certificates of a throw-away authority.</summary>
public sealed class TlsTests : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    private readonly TestAuthority _authority = new();

    [NeedsBrokerFact]
    public void A_certificate_of_our_authority_for_this_host_is_trusted_and_messages_pass()
    {
        using TestBroker broker = Broker(_authority.Issue("localhost"), out int port);
        using var subscriber = new TestSubscriber(broker.Port);
        using var publisher = new MosquittoPublisher(Options(port));

        publisher.Connect(null, Patience, default);
        publisher.TryPublish(
            new PublishMessage("a", "x"u8.ToArray(), QualityOfService.AtLeastOnce, false, TimeSpan.Zero, ""), 1);
        publisher.Pump(TimeSpan.FromMilliseconds(100), new NoReceipts());

        Waiting.Until(() => subscriber.Received.Count == 1, "nothing came");
    }

    [NeedsBrokerFact]
    public void A_certificate_of_another_host_is_refused() =>
        AssertRefused(_authority.Issue("elsewhere.example"), options => options);

    [NeedsBrokerFact]
    public void An_expired_certificate_is_refused() =>
        AssertRefused(_authority.Issue("localhost", validDays: -1), options => options);

    [NeedsBrokerFact]
    public void A_certificate_of_another_authority_is_refused()
    {
        using var stranger = new TestAuthority("stranger");

        AssertRefused(stranger.Issue("localhost"), options => options);
    }

    [NeedsBrokerFact]
    public void Without_a_file_only_the_authorities_of_the_system_are_trusted() =>
        AssertRefused(_authority.Issue("localhost"), options => options with { CaFile = null });

    [NeedsBrokerFact]
    public void A_broker_that_wants_a_client_certificate_gets_one_or_refuses()
    {
        using TestBroker broker = Broker(_authority.Issue("localhost"), out int port, "require_certificate true\n");
        (string certificate, string key) = _authority.Issue("robot");
        using var with = new MosquittoPublisher(
            Options(port) with { CertificateFile = certificate, KeyFile = key });
        using var without = new MosquittoPublisher(Options(port));

        with.Connect(null, Patience, default);

        Assert.True(with.IsConnected);
        Assert.Throws<TransportException>(() => without.Connect(null, Patience, default));
    }

    [NeedsBrokerFact]
    public void A_client_certificate_of_a_stranger_is_refused()
    {
        using TestBroker broker = Broker(_authority.Issue("localhost"), out int port, "require_certificate true\n");
        using var stranger = new TestAuthority("stranger");
        (string certificate, string key) = stranger.Issue("robot");
        using var publisher = new MosquittoPublisher(
            Options(port) with { CertificateFile = certificate, KeyFile = key });

        Assert.Throws<TransportException>(() => publisher.Connect(null, Patience, default));
    }

    [NeedsBrokerFact]
    public void A_plain_port_is_not_spoken_to_in_the_clear_where_tls_is_asked_for()
    {
        using var broker = new TestBroker();
        using var publisher = new MosquittoPublisher(Options(broker.Port));

        Assert.Throws<TransportException>(() => publisher.Connect(null, TimeSpan.FromSeconds(2), default));
    }

    public void Dispose() => _authority.Dispose();

    private static TestBroker Broker(
        (string Certificate, string Key) server, out int port, string more = "")
    {
        port = Loopback.FreePort();
        return new TestBroker(string.Create(
            CultureInfo.InvariantCulture,
            $"allow_anonymous true\nuser root\nlistener {port} 127.0.0.1\n"
            + $"cafile {Path.GetDirectoryName(server.Certificate)}/ca.pem\ncertfile {server.Certificate}\n"
            + $"keyfile {server.Key}\n{more}"));
    }

    private BrokerOptions Options(int port) => new()
    {
        Host = "localhost",
        Port = port,
        ClientId = "tls-test",
        Tls = true,
        CaFile = _authority.AuthorityFile,
    };

    private void AssertRefused(
        (string Certificate, string Key) server, Func<BrokerOptions, BrokerOptions> change)
    {
        using TestBroker broker = Broker(server, out int port);
        using var publisher = new MosquittoPublisher(change(Options(port)));

        var fault = Assert.Throws<TransportException>(() => publisher.Connect(null, Patience, default));

        Assert.Contains("TLS", fault.Message, StringComparison.OrdinalIgnoreCase);
        Assert.False(publisher.IsConnected);
    }

    private sealed class NoReceipts : IPublishReceipts
    {
        public void Acknowledged(long ticket, PublishOutcome outcome)
        {
            // Nobody waits for it here.
        }
    }
}
