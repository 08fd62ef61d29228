using System.CommandLine;
using EdgeFusion.Linux.Mqtt;
using EdgeFusion.Publishing;
using EdgeFusion.Worker.Composition;
using EdgeFusion.Worker.Subscribing;

namespace EdgeFusion.Worker.Commands;

/// <summary>edgefusion subscribe: the reference subscriber.</summary>
internal static class SubscribeCommand
{
    private static readonly Option<string[]> Broker = new("--broker")
    {
        Description = "HOST[:PORT]; several times for further ones, tried in order where one does not answer.",
        DefaultValueFactory = _ => ["localhost"],
    };

    private static readonly Option<string> Node = new("--node")
    {
        Description = "Name of the node; + for all.",
        DefaultValueFactory = _ => "+",
    };

    private static readonly Option<string?> Out = new("--out")
    {
        Description = "Write the predictions there as JSON lines; without it they are printed.",
    };

    private static readonly Option<double> Seconds = new("--seconds") { Description = "Stop after so long." };
    private static readonly Option<bool> FromStart = new("--from-start")
    {
        Description = "Ask for every run from its first prediction on, as far as the node's log has it.",
    };

    private static readonly Option<bool> Verify = new("--verify")
    {
        Description = "Exit code 3 where a prediction was lost without being declared, or was unexpected.",
    };

    private static readonly Option<string?> CaFile = new("--ca-file") { Description = "PEM file; turns TLS on." };
    private static readonly Option<string?> Certificate = new("--certificate") { Description = "PEM file." };
    private static readonly Option<string?> Key = new("--key") { Description = "PEM file." };
    private static readonly Option<string?> User = new("--user") { Description = "User name." };
    private static readonly Option<string?> PasswordFile = new("--password-file")
    {
        Description = "File whose first line is the password.",
    };

    public static Command Create()
    {
        var command = new Command("subscribe", """
            Take predictions from a broker, see what is missing, ask the node for it, and keep account.

            Examples:
              edgefusion subscribe --broker localhost > predictions.jsonl
              edgefusion subscribe --node cell --out predictions.jsonl --seconds 60 --verify
            """)
        {
            Broker, Node, Out, Seconds, FromStart, Verify, CaFile, Certificate, Key, User, PasswordFile,
        };
        command.SetAction((parsed, stopping) => Task.Run(() => Run(parsed, stopping)));
        return command;
    }

    private static int Run(ParseResult parsed, CancellationToken stopping)
    {
        string id = $"subscriber-{Guid.NewGuid():N}";
        MosquittoPublisher[] brokers =
            [.. parsed.GetValue(Broker)!.Select(broker => new MosquittoPublisher(Connection(parsed, broker, id)))];
        using IPublisher transport = brokers.Length == 1 ? brokers[0] : new FailoverPublisher(brokers);
        using Stream output = parsed.GetValue(Out) is { } file ? File.Create(file) : Console.OpenStandardOutput();
        var session = new SubscriberSession(
            transport,
            new SubscriberOptions { Node = parsed.GetValue(Node)!, Id = id, FromStart = parsed.GetValue(FromStart) },
            payload =>
            {
                output.Write(payload.Span);
                output.WriteByte((byte)'\n');
                output.Flush();
            })
        {
            Log = text => Console.Error.WriteLine(
                Array.Find(brokers, broker => broker.IsConnected)?.Unsubscribed is { } refused
                    ? $"{text} (but it may not listen: {refused})"
                    : text),
        };
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(stopping);
        double seconds = parsed.GetValue(Seconds);
        if (seconds > 0)
        {
            limit.CancelAfter(TimeSpan.FromSeconds(seconds));
        }

        session.Run(limit.Token);
        DeliveryReport report = session.Tracker.Report;
        Console.Error.WriteLine(report);
        return parsed.GetValue(Verify) && !report.IsValid ? ExitCode.Different : ExitCode.Success;
    }

    private static BrokerOptions Connection(ParseResult parsed, string broker, string id)
    {
        (string host, int port) = HostAndPort.Parse(broker);
        string? authorities = parsed.GetValue(CaFile);
        return new BrokerOptions
        {
            Host = host,
            Port = port,
            ClientId = "edgefusion-" + id,
            Tls = authorities is not null,
            CaFile = authorities,
            CertificateFile = parsed.GetValue(Certificate),
            KeyFile = parsed.GetValue(Key),
            UserName = parsed.GetValue(User),
            PasswordFile = parsed.GetValue(PasswordFile),
        };
    }
}
