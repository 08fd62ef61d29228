namespace EdgeFusion.Simulator.Numerics;

/// <summary>
/// Random numbers from SplitMix64: a counter that advances by the golden ratio, and a mixing function. Because the
/// state is a counter, the same struct serves as a sequence and, through <see cref="Hash"/>, as a pure function of an
/// index, which is what lets every sensor be evaluated on its own and in any order.
/// </summary>
internal struct RandomStream(ulong state)
{
    private const ulong Golden = 0x9E3779B97F4A7C15;
    private const double To53Bits = 1.0 / (1L << 53);

    // A sum of four uniforms of 0..65535 has variance 4 * (2^32 - 1) / 12, i.e. sigma 37837.2.
    private const double InverseSumSigma = 1.0 / 37837.2;
    private ulong _state = state;

    /// <summary>The stream that belongs to a purpose and an index under a seed.</summary>
    public static RandomStream For(ulong seed, StreamPurpose purpose, long index) => new(KeyFor(seed, purpose, index));

    /// <summary>The key of a stream, for use with <see cref="Hash"/>.</summary>
    public static ulong KeyFor(ulong seed, StreamPurpose purpose, long index) =>
        Mix(Mix(Mix(seed + Golden) + ((ulong)purpose * Golden)) + ((ulong)index * Golden));

    /// <summary>64 random bits as a pure function of key and index.</summary>
    public static ulong Hash(ulong key, ulong index) => Mix(key + (index * Golden));

    /// <summary>A value of about normal distribution (sum of four uniforms, |value| &lt; 3.5) from 64 bits.</summary>
    public static double ToGaussian(ulong bits)
    {
        long sum = (long)(bits & 0xFFFF) + (long)((bits >> 16) & 0xFFFF) + (long)((bits >> 32) & 0xFFFF)
            + (long)(bits >> 48);
        return (sum - 131070) * InverseSumSigma;
    }

    /// <summary>The next 64 bits.</summary>
    public ulong NextBits() => Mix(_state += Golden);

    /// <summary>Uniform in 0..1, 1 excluded.</summary>
    public double NextUniform() => (NextBits() >> 11) * To53Bits;

    /// <summary>Uniform between two values.</summary>
    public double NextBetween(double low, double high) => low + ((high - low) * NextUniform());

    /// <summary>About normal, mean 0, sigma 1.</summary>
    public double NextGaussian() => ToGaussian(NextBits());

    /// <summary>White noise of sigma 1 with uniform distribution: cheaper than a Gaussian.</summary>
    public float NextWhite() => ((int)(NextBits() >> 40) - (1 << 23)) * (1.7320508f / (1 << 23));

    /// <summary>Exponential with mean 1: the waiting time of a Poisson process.</summary>
    public double NextExponential() => -PortableMath.Log(1 - NextUniform());

    /// <summary>Integer 0..count-1.</summary>
    public int NextIndex(int count) => (int)((NextBits() >> 33) % (ulong)count);

    private static ulong Mix(ulong z)
    {
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }
}
