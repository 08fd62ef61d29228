using System.Text;
using EdgeFusion.Recording.Import;
using Xunit;

namespace EdgeFusion.Tests.Recording.Import;

public sealed class NpyTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Each_format_version_is_read(byte version)
    {
        using NpyFile file = Open(NpyBytes.Of("<f4", "2, 3", new float[] { 1, 2, 3, 4, 5, 6 }, version));

        Assert.Equal([2, 3], file.Shape.ToArray());
        Assert.Equal([4f, 5, 6], Row(file, 3, 3));
    }

    [Fact]
    public void Each_element_type_is_read()
    {
        Assert.Equal([2f], Row(Open(NpyBytes.Of("<f8", "2,", new double[] { 1, 2 })), 1, 1));
        Assert.Equal([-2f], Row(Open(NpyBytes.Of("<i2", "2,", new short[] { 1, -2 })), 1, 1));
        Assert.Equal([-3f], Row(Open(NpyBytes.Of("<i4", "2,", new[] { 1, -3 })), 1, 1));
        Assert.Equal([-4f], Row(Open(NpyBytes.Of("<i8", "2,", new[] { 1L, -4L })), 1, 1));
        Assert.Equal([255f], Row(Open(NpyBytes.Of("|u1", "2,", new byte[] { 1, 255 })), 1, 1));
    }

    [Fact]
    public void Whole_nanoseconds_of_an_integer_column_are_kept_exactly()
    {
        using NpyFile file = Open(NpyBytes.Of("<i8", "1,", new[] { 1_581_072_857_821_469_997L }));
        using var rows = new NpyRowReader(file, 0, 1, 1, 1, []);

        Assert.True(rows.MoveNext());
        Assert.Equal(1_581_072_857_821_469_997L, rows.Nanoseconds(0, TimeUnit.Nanoseconds));
    }

    [Theory]
    [InlineData("<c8", "2,", "element type")]
    [InlineData("<f4", "3,", "needs 12 bytes")]
    [InlineData("<f4", "9223372036854775807, 9223372036854775807", "absurd")]
    [InlineData("<f4", "-1,", "shape holds")]
    public void A_header_that_cannot_be_true_is_refused(string descr, string shape, string reason)
    {
        var fault = Assert.Throws<RecordingException>(() => Open(NpyBytes.Of(descr, shape, new float[] { 1, 2 })));

        Assert.Contains(reason, fault.Message, StringComparison.Ordinal);
        Assert.Contains("a.npy", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Fortran_order_is_refused()
    {
        var fault = Assert.Throws<RecordingException>(
            () => Open(NpyBytes.Of("<f4", "2,", new float[] { 1, 2 }, isFortran: true)));

        Assert.Contains("Fortran", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_cut_at_any_byte_is_refused()
    {
        byte[] whole = NpyBytes.Of("<f4", "2, 2", new float[] { 1, 2, 3, 4 });

        for (int length = 0; length < whole.Length; length++)
        {
            byte[] cut = whole[..length];
            Assert.Throws<RecordingException>(() => Open(cut));
        }
    }

    [Fact]
    public void A_header_that_claims_gigabytes_is_refused_before_anything_is_allocated()
    {
        byte[] file = [0x93, .. "NUMPY"u8, 2, 0, 0xff, 0xff, 0xff, 0xff, .. Encoding.ASCII.GetBytes("{'descr'")];

        Assert.Throws<RecordingException>(() => Open(file));
    }

    private static NpyFile Open(byte[] bytes) => new(new MemoryByteSource(bytes, "a.npy"));

    private static float[] Row(NpyFile file, int first, int width)
    {
        using var rows = new NpyRowReader(file, first, width, width, 1, []);
        Assert.True(rows.MoveNext());
        float[] values = new float[width];
        for (int i = 0; i < width; i++)
        {
            values[i] = rows.Number(i);
        }

        Assert.False(rows.MoveNext());
        return values;
    }
}
