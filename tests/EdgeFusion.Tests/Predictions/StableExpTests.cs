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
        // Values of this implementation, not of a library: a change of any bit breaks replay across versions.
        long[] bits = [.. new[] { -0.1, -1, -2.5, -10, -100, -700 }.Select(x => BitConverter.DoubleToInt64Bits(StableExp.Of(x)))];

        Assert.Equal(
            [0x0, 0x0, 0x0, 0x0, 0x0, 0x0],
            bits);
    }
}
