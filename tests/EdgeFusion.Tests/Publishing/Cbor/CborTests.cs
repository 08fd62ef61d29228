using System.Buffers;
using System.Text;
using EdgeFusion.Publishing;
using EdgeFusion.Publishing.Cbor;
using Xunit;

namespace EdgeFusion.Tests.Publishing.Cbor;

public sealed class CborTests
{
    // From RFC 8949, appendix A.
    [Theory]
    [InlineData("00", "0")]
    [InlineData("17", "23")]
    [InlineData("1818", "24")]
    [InlineData("1903e8", "1000")]
    [InlineData("1a000f4240", "1000000")]
    [InlineData("1b000000e8d4a51000", "1000000000000")]
    [InlineData("1bffffffffffffffff", "18446744073709551615")]
    [InlineData("20", "-1")]
    [InlineData("3903e7", "-1000")]
    [InlineData("f93e00", "1.5")]
    [InlineData("f97bff", "65504")]
    [InlineData("fa47c35000", "100000")]
    [InlineData("fb3ff199999999999a", "1.1")]
    [InlineData("f97e00", "null")]
    [InlineData("fb7ff0000000000000", "null")]
    [InlineData("f4", "false")]
    [InlineData("f5", "true")]
    [InlineData("f6", "null")]
    [InlineData("6449455446", "\"IETF\"")]
    [InlineData("62c3bc", "\"\\u00FC\"")]
    [InlineData("8301820203820405", "[1,[2,3],[4,5]]")]
    [InlineData("9f018202039f0405ffff", "[1,[2,3],[4,5]]")]
    [InlineData("bf61610161629f0203ffff", "{\"a\":1,\"b\":[2,3]}")]
    [InlineData("a56161614161626142616361436164614461656145", """{"a":"A","b":"B","c":"C","d":"D","e":"E"}""")]
    public void Vectors_of_the_specification_read_as_json(string hex, string json)
    {
        Assert.Equal(json, Convert(System.Convert.FromHexString(hex)));
    }

    [Theory]
    [InlineData("")]
    [InlineData("18")]
    [InlineData("61")]
    [InlineData("62c328")]
    [InlineData("9f01")]
    [InlineData("a10102")]
    [InlineData("a1")]
    [InlineData("ff")]
    [InlineData("1c")]
    [InlineData("4401020304")]
    [InlineData("c11a514b67b0")]
    [InlineData("7f657374726561646d696e67ff")]
    [InlineData("0000")]
    [InlineData("9bffffffffffffffff")]
    [InlineData("7b7fffffffffffffff")]
    [InlineData("3bffffffffffffffff")]
    public void What_is_cut_malformed_or_has_no_form_in_json_is_refused(string hex)
    {
        Assert.Null(Convert(System.Convert.FromHexString(hex)));
    }

    [Fact]
    public void Depth_is_limited()
    {
        Assert.Null(Convert([.. Enumerable.Repeat((byte)0x81, 100_000), 0]));
    }

    [Theory]
    [InlineData(0L, "00")]
    [InlineData(23L, "17")]
    [InlineData(24L, "1818")]
    [InlineData(256L, "190100")]
    [InlineData(65_536L, "1A00010000")]
    [InlineData(4_294_967_296L, "1B0000000100000000")]
    [InlineData(long.MaxValue, "1B7FFFFFFFFFFFFFFF")]
    [InlineData(-1L, "20")]
    [InlineData(-25L, "3818")]
    [InlineData(long.MinValue, "3B7FFFFFFFFFFFFFFF")]
    public void Whole_numbers_have_their_shortest_form(long value, string hex)
    {
        Assert.Equal("A16178" + hex, Written(writer => writer.Number(new PayloadText("x"), value)));
    }

    [Theory]
    [InlineData(0.0, "F90000")]
    [InlineData(-0.0, "F98000")]
    [InlineData(1.5, "F93E00")]
    [InlineData(65504.0, "F97BFF")]
    [InlineData(100000.0, "FA47C35000")]
    [InlineData(5.960464477539063e-8, "F90001")]
    [InlineData(1.1, "FB3FF199999999999A")]
    [InlineData(1e300, "FB7E37E43C8800759C")]
    [InlineData(double.NaN, "F6")]
    [InlineData(double.NegativeInfinity, "F6")]
    public void Fractions_have_their_shortest_form_and_what_is_not_finite_is_null(double value, string hex)
    {
        Assert.Equal("A16178" + hex, Written(writer => writer.Number(new PayloadText("x"), value)));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(23)]
    [InlineData(24)]
    [InlineData(255)]
    [InlineData(256)]
    [InlineData(70_000)]
    public void Maps_of_any_size_have_a_definite_length(int items)
    {
        var output = new ArrayBufferWriter<byte>();
        using var writer = new CborPayloadWriter();
        writer.Reset(output);
        writer.StartMap();
        writer.StartMap(new PayloadText("m"));
        for (int i = 0; i < items; i++)
        {
            writer.Number(new PayloadText($"{i}"), i);
        }

        writer.EndMap();
        writer.Flag(new PayloadText("after"), true);
        writer.EndMap();
        writer.Flush();

        string wanted = "{\"m\":{" + string.Join(',', Enumerable.Range(0, items).Select(i => $"\"{i}\":{i}"))
            + "},\"after\":true}";
        Assert.Equal(wanted, Convert(output.WrittenSpan));
        Assert.Equal(0xA2, output.WrittenSpan[0]);
    }

    [Fact]
    public void Garbage_never_throws()
    {
        var random = new Random(5);
        byte[] bytes = new byte[64];
        var output = new ArrayBufferWriter<byte>(4096);
        for (int i = 0; i < 100_000; i++)
        {
            random.NextBytes(bytes);
            bytes[0] = (byte)(0xA0 | (bytes[0] & 31));
            output.ResetWrittenCount();
            CborJson.TryConvert(bytes.AsSpan(0, random.Next(64)), output);
        }
    }

    private static string? Convert(ReadOnlySpan<byte> cbor)
    {
        var output = new ArrayBufferWriter<byte>();
        return CborJson.TryConvert(cbor, output) ? Encoding.UTF8.GetString(output.WrittenSpan) : null;
    }

    private static string Written(Action<CborPayloadWriter> write)
    {
        var output = new ArrayBufferWriter<byte>();
        using var writer = new CborPayloadWriter();
        writer.Reset(output);
        writer.StartMap();
        write(writer);
        writer.EndMap();
        writer.Flush();
        return System.Convert.ToHexString(output.WrittenSpan);
    }
}
