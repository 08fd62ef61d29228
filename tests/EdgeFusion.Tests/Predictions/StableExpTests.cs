using EdgeFusion.Predictions;
using Xunit;

namespace EdgeFusion.Tests.Predictions;

public sealed class StableExpTests
{
    [Fact]
    public void It_is_within_two_units_in_the_last_place_of_the_library()
    {
        for (double x = 0; x > -708; x -= 0.0137)
        {
            double expected = Math.Exp(x);

            Assert.InRange(StableExp.Of(x), expected * (1 - 4.5e-16), expected * (1 + 4.5e-16));
        }
    }

    [Fact]
    public void Zero_gives_exactly_one_and_the_far_tail_exactly_zero()
    {
        Assert.Equal(1.0, StableExp.Of(0));
        Assert.Equal(0.0, StableExp.Of(-709));
        Assert.Equal(0.0, StableExp.Of(double.MinValue));
    }

    [Fact]
    public void Its_bits_are_pinned()
    {
        // Worked out with the same formula in another language: any other bit would break replay across machines.
        double[] powers = [-0.1, -1, -2.5, -10, -100, -700];

        long[] bits = [.. powers.Select(x => BitConverter.DoubleToInt64Bits(StableExp.Of(x)))];

        Assert.Equal(
            [0x3FECF46D99D52B3B, 0x3FD78B56362CEF38, 0x3FB50385C094F424, 0x3F07CD79B5647C9B,
             0x36EA8C1F14E2AF5D, 0xD14F2B0FB9307F],
            bits);
    }
}
