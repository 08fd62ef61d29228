using System.Text;
using EdgeFusion.Recording.Import;
using FsCheck;
using FsCheck.Fluent;
using Xunit;

namespace EdgeFusion.Tests.Recording.Import;

public sealed class CsvTests
{
    [Fact]
    public void Header_names_are_trimmed_and_an_empty_field_at_the_end_of_a_row_is_let_through()
    {
        using CsvRowReader rows = Open("t,x, ow\n1,2,3,\r\n\n4,5,6");

        Assert.Equal(["t", "x", "ow"], rows.Names);
        Assert.True(rows.MoveNext());
        Assert.Equal((2f, 3f), (rows.Number(1), rows.Number(2)));
        Assert.True(rows.MoveNext());
        Assert.Equal(6f, rows.Number(2));
        Assert.False(rows.MoveNext());
    }

    [Fact]
    public void Quoted_fields_may_hold_commas_quotes_and_line_breaks()
    {
        using CsvRowReader rows = Open("\"a,\"\"b\"\"\",\"c\nd\"\n\"1\",\"2\"\n");

        Assert.Equal(["a,\"b\"", "c\nd"], rows.Names);
        Assert.True(rows.MoveNext());
        Assert.Equal((1f, 2f), (rows.Number(0), rows.Number(1)));
        Assert.Contains("line 3", rows.Place(0), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("nan", float.NaN)]
    [InlineData("-nan", float.NaN)]
    [InlineData("NaN", float.NaN)]
    [InlineData("inf", float.PositiveInfinity)]
    [InlineData("-inf", float.NegativeInfinity)]
    [InlineData("-1.5e-3", -0.0015f)]
    public void Words_for_numbers_are_read(string text, float value)
    {
        using CsvRowReader rows = Open($"a\n{text}\n");

        Assert.True(rows.MoveNext());
        Assert.Equal(value, rows.Number(0));
    }

    [Fact]
    public void A_word_that_is_no_number_is_refused_by_file_line_and_column()
    {
        using CsvRowReader rows = Open("a,b\n1,2\n1,oops\n");
        rows.MoveNext();
        rows.MoveNext();

        var fault = Assert.Throws<RecordingException>(() => rows.Number(1));

        Assert.Contains("'x.csv' line 3 column 'b'", fault.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("a,b\n1\n")]
    [InlineData("a,b\n1,2,3\n")]
    [InlineData("a\n\"1\n")]
    [InlineData("")]
    public void A_damaged_file_is_refused(string text) => Assert.Throws<RecordingException>(() =>
    {
        using CsvRowReader rows = Open(text);
        rows.MoveNext();
    });

    [Theory]
    [InlineData("1581072857.821469996", TimeUnit.Seconds, 1_581_072_857_821_469_996)]
    [InlineData("-0.5", TimeUnit.Seconds, -500_000_000)]
    [InlineData("12", TimeUnit.Milliseconds, 12_000_000)]
    [InlineData("1.0000000019", TimeUnit.Seconds, 1_000_000_001)]
    [InlineData("6.5e-05", TimeUnit.Seconds, 65_000)]
    public void Times_are_read_exactly(string text, object unit, long nanoseconds)
    {
        Assert.True(DecimalTime.TryParse(text, (TimeUnit)unit, out long time));
        Assert.Equal(nanoseconds, time);
    }

    [Theory]
    [InlineData("")]
    [InlineData("-")]
    [InlineData("1.2.3")]
    [InlineData("nan")]
    [InlineData("99999999999999999999")]
    [InlineData("1.12345678901x")]
    public void What_is_no_time_is_refused(string text) =>
        Assert.False(DecimalTime.TryParse(text, TimeUnit.Seconds, out _));

    [Fact]
    public void Any_nanoseconds_survive_their_decimal_text() => Prop.ForAll<long>(value =>
    {
        long time = Math.Abs(value % 4_000_000_000_000_000_000);
        string text = $"{time / 1_000_000_000}.{time % 1_000_000_000:D9}";
        return DecimalTime.TryParse(text, TimeUnit.Seconds, out long read) && read == time;
    }).QuickCheckThrowOnFailure();

    private static CsvRowReader Open(string text) =>
        new(new MemoryStream(Encoding.UTF8.GetBytes(text)), "x.csv");
}
