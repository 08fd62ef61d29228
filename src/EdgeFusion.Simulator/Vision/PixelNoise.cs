using EdgeFusion.Simulator.Numerics;

namespace EdgeFusion.Simulator.Vision;

/// <summary>
/// Noise of the image sensor and flicker of the lamps: read noise plus photon noise, which grows with the square root
/// of the signal. Taken from a table of normal values at a random place for each row. Hot path.
/// </summary>
internal sealed class PixelNoise
{
    // The table's unit is 1/32 sigma; a row is at most 1024 * 3 bytes, so 16384 values leave room to choose from.
    private const int TableLength = 16_384;
    private const double TableSigma = 32;
    private const double ReadNoise = 1.5;
    private const double PhotonNoise = 4.5;
    private const double Flicker = 0.015;

    private static readonly sbyte[] Table = MakeTable();

    private readonly short[] _sigma = new short[256];
    private readonly int[] _level = new int[256];
    private readonly ulong _key;
    private readonly double _difficulty;

    public PixelNoise(ulong key, double difficulty)
    {
        _key = key;
        _difficulty = difficulty;

        // A clean camera keeps a little noise: frames that repeat exactly count as stuck.
        double scale = Math.Max(0.15, difficulty);
        for (int v = 0; v < 256; v++)
        {
            double sigma = scale * Math.Sqrt((ReadNoise * ReadNoise) + (PhotonNoise * PhotonNoise * v / 255));
            _sigma[v] = (short)(256 * sigma / TableSigma);
        }
    }

    public void Apply(long frame, Span<byte> pixels, int rowBytes)
    {
        ulong key = RandomStream.Hash(_key, (ulong)frame);
        double gain = 1 + (Flicker * _difficulty * RandomStream.ToGaussian(key));
        int[] level = _level;
        for (int v = 0; v < 256; v++)
        {
            level[v] = (int)(256 * gain * v) + 128;
        }

        for (int row = 0; row * rowBytes < pixels.Length; row++)
        {
            int at = (int)(RandomStream.Hash(key, (ulong)row) % (ulong)(TableLength - rowBytes));
            AddRow(pixels.Slice(row * rowBytes, rowBytes), Table.AsSpan(at, rowBytes), level, _sigma);
        }
    }

    private static void AddRow(
        Span<byte> row, ReadOnlySpan<sbyte> noise, ReadOnlySpan<int> level, ReadOnlySpan<short> sigma)
    {
        for (int i = 0; i < row.Length && i < noise.Length; i++)
        {
            int v = row[i];
            int noisy = (level[v] + (sigma[v] * noise[i])) >> 8;
            row[i] = (byte)Math.Clamp(noisy, 0, 255);
        }
    }

    private static sbyte[] MakeTable()
    {
        var random = new RandomStream(0x5EED);
        sbyte[] table = new sbyte[TableLength];
        for (int i = 0; i < TableLength; i++)
        {
            table[i] = (sbyte)Math.Clamp(Math.Round(TableSigma * random.NextGaussian()), -127, 127);
        }

        return table;
    }
}
