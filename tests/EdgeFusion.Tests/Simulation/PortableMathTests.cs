using EdgeFusion.Simulator.Numerics;
using Xunit;

namespace EdgeFusion.Tests.Simulation;

public class PortableMathTests
{
    [Fact]
    public void Sine_and_cosine_agree_with_the_library()
    {
        for (double x = -3000; x < 3000; x += 0.0837)
        {
            (double sin, double cos) = PortableMath.SinCos(x);
            Assert.InRange(sin - Math.Sin(x), -2e-13, 2e-13);
            Assert.InRange(cos - Math.Cos(x), -2e-13, 2e-13);
        }
    }

    [Fact]
    public void Exponential_and_logarithm_agree_with_the_library()
    {
        for (double x = -40; x < 40; x += 0.037)
        {
            Assert.InRange((PortableMath.Exp(x) / Math.Exp(x)) - 1, -1e-14, 1e-14);
            Assert.InRange(PortableMath.Log(Math.Exp(x)) - x, -1e-13, 1e-13);
        }
    }

    [Fact]
    public void Angles_agree_with_the_library()
    {
        for (double a = -3.14; a < 3.14; a += 0.013)
        {
            Assert.InRange(PortableMath.Atan2(2 * Math.Sin(a), 2 * Math.Cos(a)) - a, -1e-11, 1e-11);
            Assert.InRange(PortableMath.Acos(Math.Cos(a)) - Math.Abs(a), -1e-9, 1e-9);
        }
    }

    [Fact]
    public void Random_numbers_have_the_moments_they_promise()
    {
        RandomStream random = RandomStream.For(42, StreamPurpose.Episode, 0);
        const int Count = 200_000;
        double gaussian = 0;
        double gaussianSquared = 0;
        double exponential = 0;
        double whiteSquared = 0;
        for (int i = 0; i < Count; i++)
        {
            double g = random.NextGaussian();
            gaussian += g;
            gaussianSquared += g * g;
            exponential += random.NextExponential();
            double w = random.NextWhite();
            whiteSquared += w * w;
        }

        Assert.InRange(gaussian / Count, -0.01, 0.01);
        Assert.InRange(gaussianSquared / Count, 0.98, 1.02);
        Assert.InRange(exponential / Count, 0.98, 1.02);
        Assert.InRange(whiteSquared / Count, 0.98, 1.02);
    }
}
