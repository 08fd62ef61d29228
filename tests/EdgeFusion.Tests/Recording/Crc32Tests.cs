using System.Runtime.Intrinsics.X86;
using System.Text;
using EdgeFusion.Recording.Mcap;
using Xunit;

namespace EdgeFusion.Tests.Recording;

public sealed class Crc32Tests
{
    [Theory]
    [InlineData("", 0x00000000u)]
    [InlineData("a", 0xE8B7BE43u)]
    [InlineData("123456789", 0xCBF43926u)]
    [InlineData("The quick brown fox jumps over the lazy dog", 0x414FA339u)]
    public void Known_texts_have_their_known_value(string text, uint expected)
    {
        Assert.Equal(expected, Crc32.Compute(Encoding.ASCII.GetBytes(text)));
    }

    [Fact]
    public void A_mebibyte_of_zeros_has_its_known_value()
    {
        // crc32 of 1 048 576 zero bytes by zlib.
        Assert.Equal(0xA738EA1Cu, Crc32.Compute(new byte[1 << 20]));
    }

    [Fact]
    public void Every_way_gives_the_same_for_any_length_and_offset()
    {
        var random = new Random(1);
        var data = new byte[5000];
        random.NextBytes(data);

        for (var round = 0; round < 5000; round++)
        {
            var offset = random.Next(70);
            var length = round < 600 ? round : random.Next(data.Length - offset);
            var block = data.AsSpan(offset, length);
            var start = (uint)random.NextInt64(0, 1L << 32);
            var expected = BitByBit(start, block);

            Assert.Equal(expected, Crc32.AppendTables(start, block));
            Assert.Equal(expected, Crc32.Append(start, block));
            if (Pclmulqdq.IsSupported && length >= 64)
                Assert.Equal(expected, Crc32.AppendCarryless(start, block));
        }
    }

    [Fact]
    public void Parts_give_the_same_as_the_whole()
    {
        var random = new Random(2);
        var data = new byte[100_000];
        random.NextBytes(data);

        for (var round = 0; round < 500; round++)
        {
            var length = random.Next(data.Length);
            var cut = random.Next(length + 1);
            var whole = Crc32.Compute(data.AsSpan(0, length));
            var first = Crc32.Compute(data.AsSpan(0, cut));
            var second = Crc32.Compute(data.AsSpan(cut, length - cut));

            Assert.Equal(whole, Crc32.Append(first, data.AsSpan(cut, length - cut)));
            Assert.Equal(whole, Crc32.Combine(first, second, length - cut));
        }
    }

    private static uint BitByBit(uint crc, ReadOnlySpan<byte> data)
    {
        crc = ~crc;
        foreach (var value in data)
        {
            crc ^= value;
            for (var bit = 0; bit < 8; bit++)
                crc = (crc & 1) != 0 ? (crc >> 1) ^ 0xEDB88320 : crc >> 1;
        }

        return ~crc;
    }
}
