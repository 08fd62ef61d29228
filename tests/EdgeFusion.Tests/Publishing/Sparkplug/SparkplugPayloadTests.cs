using EdgeFusion.Publishing.Sparkplug;
using Xunit;

namespace EdgeFusion.Tests.Publishing.Sparkplug;

public sealed class SparkplugPayloadTests
{
    private const long At = 1_700_000_000_000;

    [Fact]
    public void Birth_and_death_of_a_node_are_the_golden_bytes()
    {
        var number = new SparkplugMetric("bdSeq", SparkplugType.Int64, 0);
        number.Set(0, At);
        var rebirth = new SparkplugMetric(SparkplugCommand.Rebirth, SparkplugType.Boolean, 0);
        rebirth.Set(0, At);
        var payload = new SparkplugPayload();

        Assert.Equal(
            "0880D095FFBC3112120A0562645365711880D095FFBC3120045800",
            Convert.ToHexString(payload.NodeDeath(number, At)));
        Assert.Equal(
            "0880D095FFBC3112120A0562645365711880D095FFBC312004580012210A144E6F646520436F6E74726F6C2F526562697274681880"
            + "D095FFBC31200B70001800",
            Convert.ToHexString(payload.Birth([number, rebirth], At, 0)));
    }

    [Theory]
    [InlineData("12180A144E6F646520436F6E74726F6C2F526562697274687001", true)]
    [InlineData("0880D095FFBC31121A0A144E6F646520436F6E74726F6C2F52656269727468200B7001", true)]
    [InlineData("12180A144E6F646520436F6E74726F6C2F526562697274687000", false)]
    [InlineData("12180A144E6F646520436F6E74726F6C2F526562697274697001", false)]
    [InlineData("12180A144E6F646520436F6E74726F6C2F5265626972746870", false)]
    [InlineData("12FFFFFFFFFFFFFFFFFF01", false)]
    [InlineData("7B7D", false)]
    [InlineData("", false)]
    public void Only_a_rebirth_that_is_true_is_one(string hex, bool asked)
    {
        Assert.Equal(asked, SparkplugCommand.AsksForRebirth(Convert.FromHexString(hex)));
    }

    [Fact]
    public void Garbage_never_throws()
    {
        var random = new Random(3);
        byte[] bytes = new byte[80];
        for (int i = 0; i < 100_000; i++)
        {
            random.NextBytes(bytes);
            bytes[0] = 0x12;
            SparkplugCommand.AsksForRebirth(bytes.AsSpan(0, random.Next(80)));
        }
    }

    [Fact]
    public void The_number_of_births_survives_a_restart_wraps_and_a_damaged_file_begins_anew()
    {
        string path = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName());
        var number = new BirthNumber(path);
        Assert.Equal(0, number.Next);
        for (int i = 0; i < 255; i++)
        {
            number.Advance();
        }

        Assert.Equal(255, new BirthNumber(path).Next);
        number.Advance();
        Assert.Equal(0, new BirthNumber(path).Next);
        File.WriteAllText(path, "many");
        Assert.Equal(0, new BirthNumber(path).Next);
        File.Delete(path);

        var nowhere = new BirthNumber(Path.Combine(path, "missing", "file"));
        nowhere.Advance();
        Assert.Equal(1, nowhere.Next);
        Assert.NotNull(nowhere.Problem);
    }
}
