using System.Text;
using System.Text.Json;
using EdgeFusion.Publishing;
using EdgeFusion.Publishing.Commands;
using EdgeFusion.Testing.Publishing;
using FsCheck;
using FsCheck.Fluent;
using Xunit;

namespace EdgeFusion.Tests.Publishing;

/// <summary>Commands come from anybody whom the broker lets through.</summary>
public sealed class CommandTests
{
    private const string Root = "edgefusion/n/";
    private const string Answer = Root + "cmd/response/me";

    [Fact]
    public void Nothing_is_listened_to_where_nothing_is_allowed()
    {
        var bench = new OutboxBench();

        Assert.False(bench.Outbox.ServeCommands(new NodeTopics("n"), new CommandOptions(), new Handler()));

        Assert.Empty(bench.Publisher.Filters);
        Assert.Null(bench.Outbox.Commands);
    }

    [Fact]
    public void An_allowed_command_is_carried_out_once_and_answered()
    {
        using var bench = new Bench();

        bench.Say("tare", """{"sensor":"wrist"}""");

        Assert.Equal(["tare sensor=wrist"], bench.Handler.Calls);
        JsonElement answer = bench.Answers().Single();
        PayloadSchema.AssertValid("command-reply", answer.GetRawText());
        Assert.True(answer.GetProperty("ok").GetBoolean());
        Assert.Equal("tare", answer.GetProperty("command").GetString());
        Assert.Equal(new CommandCounters(1, 1, 0, 0, 0), bench.Outbox.Commands);
        Assert.Contains("tare: done", bench.Events);
    }

    [Fact]
    public void One_that_cannot_be_carried_out_is_answered_with_the_reason_and_a_defect_without_details()
    {
        using var bench = new Bench();

        bench.Handler.Fault = "there is no sensor 'wrist'";
        bench.Say("tare", """{"sensor":"wrist"}""");
        bench.Handler.Throws = true;
        bench.Say("tare", """{"sensor":"wrist"}""");

        Assert.Equal(
            ["there is no sensor 'wrist'", "it failed with InvalidOperationException"],
            bench.Answers().Select(answer => answer.GetProperty("error").GetString()!));
        Assert.Equal(new CommandCounters(2, 0, 2, 0, 0), bench.Outbox.Commands);
    }

    [Fact]
    public void A_retained_command_is_ignored()
    {
        using var bench = new Bench();

        bench.Say("tare", """{"sensor":"wrist"}""", isRetained: true);

        bench.AssertRefusedInSilence(CommandRefusal.Retained);
    }

    [Fact]
    public void A_command_of_more_than_4_KiB_is_ignored_and_one_of_4_KiB_is_looked_at()
    {
        using var bench = new Bench();
        string padding = new(' ', CommandResponder.MaxPayload - """{"sensor":"w"}""".Length);

        bench.Say("tare", """{"sensor":"w"}""" + padding);
        bench.Say("tare", """{"sensor":"w"}""" + padding + " ");

        Assert.Single(bench.Handler.Calls);
        Assert.Equal(1, bench.Outbox.Commands!.Value.Refused);
        Assert.Contains($"refused {Root}cmd/tare: TooLarge", bench.Events);
    }

    [Theory]
    [InlineData("context")]
    [InlineData("exec")]
    [InlineData("")]
    [InlineData("response")]
    public void A_command_that_is_not_allowed_is_refused_with_an_answer(string verb)
    {
        using var bench = new Bench();

        bench.Say(verb, "{}");

        Assert.Empty(bench.Handler.Calls);
        Assert.False(bench.Answers().Single().GetProperty("ok").GetBoolean());
        Assert.Contains($"refused {Root}cmd/{verb}: NotAllowed", bench.Events);
    }

    [Theory]
    [InlineData("edgefusion/other/cmd/response/x")]
    [InlineData("edgefusion/n/cmd/tare")]
    [InlineData("edgefusion/n/cmd/response/")]
    [InlineData("edgefusion/n/cmd/response/+")]
    [InlineData("edgefusion/n/cmd/response/#")]
    [InlineData("edgefusion/n/cmd/response/a\u0001b")]
    [InlineData("edgefusion/n/cmd/response/a\u202Eb")]
    [InlineData("edgefusion/n/status")]
    [InlineData("factory/stop")]
    public void Nobody_can_have_the_node_write_elsewhere(string responseTopic)
    {
        using var bench = new Bench();

        bench.Say("tare", """{"sensor":"wrist"}""", responseTopic);
        bench.Say("tare", JsonSerializer.Serialize(
            new { sensor = "wrist", response_topic = responseTopic }), responseTopic: null);

        Assert.Empty(bench.Handler.Calls);
        Assert.DoesNotContain(bench.Broker.Received, message => message.Topic != "status");
        Assert.Equal(2, bench.Outbox.Commands!.Value.Refused);
    }

    [Theory]
    [InlineData("[]")]
    [InlineData("null")]
    [InlineData("not json")]
    [InlineData("{}")]
    [InlineData("""{"sensor":7}""")]
    [InlineData("""{"sensor":null}""")]
    [InlineData("""{"sensor":{"a":1}}""")]
    [InlineData("""{"sensor":"a","sensor":"b"}""")]
    [InlineData("""{"sensor":"a","exec":"sh"}""")]
    [InlineData("""{"sensor":"a"} {}""")]
    [InlineData("""{"sensor":"a\n[INFO] all is well"}""")]
    [InlineData("""{"sensor":"a\u202e"}""")]
    [InlineData("""{"sensor":"0123456789012345678901234567890123456789012345678901234567890123x"}""")]
    public void What_the_commands_schema_does_not_allow_is_refused(string payload)
    {
        using var bench = new Bench();

        bench.Say("tare", payload);

        Assert.Empty(bench.Handler.Calls);
        Assert.Contains($"refused {Root}cmd/tare: Malformed", bench.Events);
        Assert.Equal("the payload is not what the command's schema says",
            bench.Answers().Single().GetProperty("error").GetString());
    }

    [Fact]
    public void A_flood_costs_the_node_little_and_is_told_every_ten_seconds()
    {
        using var bench = new Bench();
        for (int i = 0; i < 1000; i++)
        {
            bench.Publisher.Say(Bench.Message("tare", """{"sensor":"wrist"}""", Answer, false));
        }

        bench.Turn();

        Assert.Equal(5, bench.Handler.Calls.Count);
        Assert.Equal(5, bench.Answers().Count);
        Assert.Equal(new CommandCounters(1000, 5, 0, 995, 0), bench.Outbox.Commands);
        Assert.Single(bench.Events, text => text.EndsWith(": TooOften", StringComparison.Ordinal));
    }

    [Fact]
    public void More_than_sixteen_do_not_wait_for_one_that_takes_its_time()
    {
        using var bench = new Bench(perSecond: 100);
        for (int i = 0; i < 20; i++)
        {
            bench.Publisher.Say(Bench.Message("tare", """{"sensor":"wrist"}""", null, false));
        }

        bench.Outbox.Step(TimeSpan.FromMilliseconds(1));

        Assert.Equal(new CommandCounters(20, 0, 0, 4, 16), bench.Outbox.Commands);
    }

    [Fact]
    public void Response_topic_and_correlation_may_stand_inside_the_payload()
    {
        using var bench = new Bench();

        bench.Say(
            "tare", $$"""{"sensor":"w","response_topic":"{{Answer}}","correlation":"c7"}""", responseTopic: null);

        Assert.Equal("c7", bench.Answers().Single().GetProperty("correlation").GetString());
    }

    [Fact]
    public void Only_what_is_listed_here_can_be_told_to_a_node()
    {
        // None of these may name a path, a program, an address or a model, or move anything: think before you add one.
        Assert.Equal(
            [
                "black_box(reason)", "label_start(head,label)", "label_stop(head)", "tare(sensor)",
                "context(name,label)", "reload()",
            ],
            CommandVerb.All.Select(verb => $"{verb.Name}({string.Join(',', verb.Fields.Select(f => f.Name))})"));
    }

    [Fact]
    public void Every_command_has_a_schema_that_agrees_with_the_reader()
    {
        foreach (CommandVerb verb in CommandVerb.All)
        {
            string good = JsonSerializer.Serialize(verb.Fields.ToDictionary(field => field.Name, _ => "x"));
            string more = JsonSerializer.Serialize(
                verb.Fields.Select(field => field.Name).Append("more").ToDictionary(name => name, _ => "x"));

            PayloadSchema.AssertValid("command-" + verb.Name.Replace('_', '-'), good);
            Assert.NotNull(CommandRequest.TryParse(verb, Encoding.UTF8.GetBytes(good)));
            Assert.False(PayloadSchema.Accepts("command-" + verb.Name.Replace('_', '-'), more));
            Assert.Null(CommandRequest.TryParse(verb, Encoding.UTF8.GetBytes(more)));
        }
    }

    [Fact]
    public void No_bytes_make_the_reader_throw()
    {
        byte[] good = """{"sensor":"wrist","response_topic":"a","correlation":"b"}"""u8.ToArray();
        Prop.ForAll(Gen.Choose(0, int.MaxValue).ToArbitrary(), seed =>
        {
            var random = new Random(seed);
            byte[] bytes = [.. good];
            for (int i = random.Next(5); i >= 0; i--)
            {
                bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
            }

            CommandRequest.TryParse(CommandVerb.Tare, bytes.AsSpan(0, random.Next(bytes.Length + 1)));
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(2000));
    }

    [Fact]
    public void An_unknown_command_in_the_configuration_is_an_error_that_lists_those_that_there_are()
    {
        var fault = Assert.Throws<ConfigurationException>(
            () => new CommandOptions { Allow = ["shoot"], PerSecond = 0 }.Validate());

        Assert.Contains("no command 'shoot'", fault.Message, StringComparison.Ordinal);
        Assert.Contains("tare", fault.Message, StringComparison.Ordinal);
        Assert.Contains("PerSecond", fault.Message, StringComparison.Ordinal);
    }

    private sealed class Handler : ICommandHandler
    {
        public List<string> Calls { get; } = [];

        public string? Fault { get; set; }

        public bool Throws { get; set; }

        public string? Execute(CommandVerb verb, IReadOnlyDictionary<string, string> fields)
        {
            Calls.Add($"{verb.Name} {string.Join(' ', fields.Select(field => $"{field.Key}={field.Value}"))}");
            return Throws ? throw new InvalidOperationException("secret") : Fault;
        }
    }

    private sealed class Bench : IDisposable
    {
        private readonly OutboxBench _bench = new();

        public Bench(int perSecond = 5)
        {
            var options = new CommandOptions { Allow = ["tare", "label_start"], PerSecond = perSecond };
            Assert.True(_bench.Outbox.ServeCommands(new NodeTopics("n"), options, Handler));
            Assert.Equal([Root + "cmd/+"], _bench.Publisher.Filters);
            _bench.Step();
        }

        public Handler Handler { get; } = new();

        public Outbox Outbox => _bench.Outbox;

        public LoopbackBroker Broker => _bench.Broker;

        public LoopbackPublisher Publisher => _bench.Publisher;

        public List<string> Events => _bench.Events;

        public static InboundMessage Message(string verb, string payload, string? responseTopic, bool isRetained) =>
            new(Root + "cmd/" + verb, Encoding.UTF8.GetBytes(payload), isRetained, responseTopic, default);

        public void Say(string verb, string payload, string? responseTopic = Answer, bool isRetained = false)
        {
            Publisher.Say(Message(verb, payload, responseTopic, isRetained));
            Turn();
        }

        public void Turn()
        {
            _bench.Step();
            while (Outbox.CommandDesk!.RunNext())
            {
            }

            _bench.Step(10);
        }

        public List<JsonElement> Answers() =>
            [.. Broker.On(Answer).Select(payload => JsonDocument.Parse(payload).RootElement)];

        public void AssertRefusedInSilence(CommandRefusal reason)
        {
            Assert.Empty(Handler.Calls);
            Assert.Empty(Answers());
            Assert.Equal(1, Outbox.Commands!.Value.Refused);
            Assert.Contains($"refused {Root}cmd/tare: {reason}", Events);
        }

        public void Dispose() => Outbox.Dispose();
    }
}
