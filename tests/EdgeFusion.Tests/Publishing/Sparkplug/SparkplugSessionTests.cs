using EdgeFusion.Publishing.Sparkplug;
using EdgeFusion.Sensing;
using Xunit;

namespace EdgeFusion.Tests.Publishing.Sparkplug;

public sealed class SparkplugSessionTests
{
    private const string Rebirth = "12180A144E6F646520436F6E74726F6C2F526562697274687001";

    [Fact]
    public void Births_come_first_then_only_what_changes()
    {
        using var bench = new SparkplugBench();
        bench.Step();
        Assert.Equal("NBIRTH DBIRTH DBIRTH", bench.Kinds());

        bench.Predict(0.9f);
        bench.Step();
        Assert.Equal("NDATA DDATA", bench.Kinds());
        bench.Predict(0.9f);
        bench.Step(5);
        Assert.Equal("", bench.Kinds());
        bench.Predict(0.2f);
        bench.Step();
        Assert.Equal("DDATA", bench.Kinds());
    }

    [Fact]
    public void The_sequence_wraps_after_255_and_counts_all_messages_of_node_and_devices()
    {
        using var bench = new SparkplugBench();
        bench.Step();
        for (int i = 0; i < 300; i++)
        {
            bench.Predict(i % 2);
            bench.Step();
        }

        // The sequence is the last field of every payload: 18 and a varint.
        int[] sequence = [.. bench.Sent.Select(message => Sequence(message.Payload))];
        Assert.True(sequence.Length > 300);
        Assert.Equal(Enumerable.Range(0, sequence.Length).Select(i => i % 256), sequence);
    }

    [Fact]
    public void A_sensor_that_is_lost_dies_and_is_born_again()
    {
        using var bench = new SparkplugBench();
        bench.Step();
        bench.Kinds();

        bench.Sensor.State = SensorState.Faulted;
        bench.Step(3);
        Assert.Equal("DDEATH", bench.Kinds());
        bench.Sensor.State = SensorState.Live;
        bench.Step(3);
        Assert.Equal("DBIRTH", bench.Kinds());
    }

    [Fact]
    public void A_command_brings_all_births_again_but_not_more_than_once_a_second_and_a_retained_one_none()
    {
        using var bench = new SparkplugBench();
        bench.Step(150);
        bench.Kinds();

        bench.Command(Rebirth, retained: true);
        bench.Step(3);
        Assert.Equal("", bench.Kinds());
        bench.Command(Rebirth);
        bench.Step(2);
        Assert.Equal("NBIRTH DBIRTH DBIRTH", bench.Kinds());
        for (int i = 0; i < 50; i++)
        {
            bench.Command(Rebirth);
            bench.Step();
        }

        Assert.Equal("", bench.Kinds());
        bench.Step(100);
        Assert.Equal("NBIRTH DBIRTH DBIRTH", bench.Kinds());
    }

    [Fact]
    public void A_new_connection_has_births_of_the_next_number_and_its_will_the_same()
    {
        using var bench = new SparkplugBench();
        bench.Step();
        bench.Broker.DropConnections();
        bench.Step(50);

        byte[][] births = [.. bench.Sent.Where(message => message.Topic.Contains("/NBIRTH/", StringComparison.Ordinal))
            .Select(message => message.Payload)];
        Assert.Equal([0, 1], births.Select(BirthNumber));
        Assert.Contains(
            bench.Broker.Received, message => message.Topic == "spBv1.0/EdgeFusion/NDEATH/cell" && !message.Retain);
    }

    [Fact]
    public void With_a_primary_host_nothing_is_published_until_it_is_online_and_all_dies_when_it_goes()
    {
        using var bench = new SparkplugBench("scada");
        Assert.Equal(
            ["spBv1.0/EdgeFusion/NCMD/cell", "spBv1.0/STATE/scada"], bench.Publisher.Filters);
        bench.Step(20);
        Assert.Equal("", bench.Kinds());

        bench.Host(online: true, 100);
        bench.Step(3);
        Assert.Equal("NBIRTH DBIRTH DBIRTH", bench.Kinds());
        bench.Host(online: false, 99);
        bench.Step(3);
        Assert.Equal("", bench.Kinds());
        int attempts = bench.Publisher.Attempts;
        bench.Host(online: false, 100);
        bench.Step(30);
        Assert.Equal("NDEATH", bench.Kinds());
        Assert.Equal(attempts + 1, bench.Publisher.Attempts);

        bench.Host(online: true, 101);
        bench.Step(3);
        Assert.Equal("NBIRTH DBIRTH DBIRTH", bench.Kinds());
    }

    [Fact]
    public void A_host_that_says_nonsense_is_not_online()
    {
        var state = new HostState();
        string[] nonsense = ["", "ONLINE", "{}", "{\"online\":1,\"timestamp\":2}", "[true]", "{\"online\":true}"];
        foreach (string text in nonsense)
        {
            state.Take(System.Text.Encoding.UTF8.GetBytes(text));
        }

        Assert.False(state.IsOnline);
    }

    private static int Sequence(byte[] payload) =>
        payload[^2] == 0x18 ? payload[^1] : (payload[^2] & 0x7F) | (payload[^1] << 7);

    /// <summary>The first metric of a birth is its number, whose value is its last byte.</summary>
    private static int BirthNumber(byte[] payload)
    {
        int metric = Array.IndexOf(payload, (byte)0x12);
        return payload[metric + 1 + payload[metric + 1]];
    }
}
