using System.Text;
using EdgeFusion.Publishing;
using FsCheck;
using FsCheck.Fluent;
using Xunit;

namespace EdgeFusion.Tests.Publishing;

public sealed class ReplayRequestTests
{
    [Fact]
    public void What_is_written_reads_back_and_keeps_to_the_schema()
    {
        var request = new ReplayRequest(-2, 5, 9, "edgefusion/n/prediction/colour");

        byte[] json = request.ToJson();

        Assert.Equal(request, ReplayRequest.TryParse(json));
        PayloadSchema.AssertValid("replay-request", Encoding.UTF8.GetString(json));
    }

    [Theory]
    [InlineData("")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("""{"epoch":"0000000000000007","from_seq":1}""")]
    [InlineData("""{"epoch":"7","from_seq":1,"to_seq":2}""")]
    [InlineData("""{"epoch":7,"from_seq":1,"to_seq":2}""")]
    [InlineData("""{"epoch":"0000000000000007","from_seq":2,"to_seq":1}""")]
    [InlineData("""{"epoch":"0000000000000007","from_seq":-1,"to_seq":1}""")]
    [InlineData("""{"epoch":"0000000000000007","from_seq":0,"to_seq":9223372036854775807}""")]
    [InlineData("""{"epoch":"0000000000000007","from_seq":1.5,"to_seq":2}""")]
    [InlineData("""{"epoch":"0000000000000007","from_seq":1,"to_seq":2,"to_seq":3}""")]
    [InlineData("""{"epoch":"0000000000000007","from_seq":1,"to_seq":2,"exec":"sh"}""")]
    [InlineData("""{"epoch":"0000000000000007","from_seq":1,"to_seq":2} {}""")]
    [InlineData("""{"epoch":"0000000000000007","from_seq":{"a":{"b":1}},"to_seq":2}""")]
    public void Anything_else_is_no_request(string payload) =>
        Assert.Null(ReplayRequest.TryParse(Encoding.UTF8.GetBytes(payload)));

    [Fact]
    public void No_bytes_make_it_throw()
    {
        byte[] good = new ReplayRequest(7, 1, 2, "t").ToJson();
        Prop.ForAll(Gen.Choose(0, int.MaxValue).ToArbitrary(), seed =>
        {
            var random = new Random(seed);
            byte[] bytes = [.. good];
            for (int i = random.Next(5); i >= 0; i--)
            {
                bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
            }

            ReplayRequest.TryParse(bytes.AsSpan(0, random.Next(bytes.Length + 1)));
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(2000));
    }
}
