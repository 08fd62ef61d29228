namespace EdgeFusion.Simulator.Numerics;

/// <summary>Band-limited noise as a pure function of time: random values on a lattice, joined smoothly.</summary>
internal static class SmoothNoise
{
    /// <summary>Noise of about sigma 0.8 whose power ends near half the lattice's rate.</summary>
    public static double At(ulong key, double seconds, double latticeHz)
    {
        double x = seconds * latticeHz;
        double floor = Math.Floor(x);
        double u = x - floor;
        double s = u * u * (3 - (2 * u));
        ulong i = (ulong)(long)floor;
        double a = RandomStream.ToGaussian(RandomStream.Hash(key, i));
        double b = RandomStream.ToGaussian(RandomStream.Hash(key, i + 1));
        return a + ((b - a) * s);
    }
}
