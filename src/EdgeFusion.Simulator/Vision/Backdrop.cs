using EdgeFusion.Simulator.Numerics;

namespace EdgeFusion.Simulator.Vision;

/// <summary>What stands still for an episode: table, wall and clutter, drawn once.</summary>
internal sealed class Backdrop(int width, int height)
{
    private const int MostThings = 7;
    private const double TextureMetres = 0.02;

    private readonly Ramp _thing = new();

    public byte[] Pixels { get; } = new byte[width * height * 3];

    public void Draw(Viewpoint view, Illumination light, double difficulty, ref RandomStream random)
    {
        Albedo table = Albedo.FromHsv(
            random.NextBetween(15, 45), random.NextBetween(0, 0.45) * Math.Min(1, difficulty),
            random.NextBetween(0.35, 0.85));
        Albedo wall = Albedo.FromHsv(
            random.NextBetween(0, 360), random.NextBetween(0, 0.2) * Math.Min(1, difficulty),
            random.NextBetween(0.45, 0.9));
        ulong texture = random.NextBits();
        for (int y = 0; y < height; y++)
        {
            for (int x = 0; x < width; x++)
            {
                Span<byte> pixel = Pixels.AsSpan(((y * width) + x) * 3, 3);
                if (view.MeetsTable(x + 0.5, y + 0.5, out Vector3D point))
                {
                    double grain = Texture(texture, point.X / TextureMetres, point.Y / (4 * TextureMetres));
                    light.Light(table, 0.8 + (0.10 * difficulty * grain), 0, pixel);
                }
                else
                {
                    // The wall is brighter on the side that the light comes from.
                    double side = ((2.0 * x / width) - 1) * light.Side;
                    light.Light(wall, 0.55 + (0.15 * side), 0, pixel);
                }
            }
        }

        DrawThings(light, difficulty, ref random);
    }

    private static double Texture(ulong key, double x, double y)
    {
        double fx = Math.Floor(x);
        double fy = Math.Floor(y);
        ulong cell = ((ulong)(long)fx * 73_856_093) ^ ((ulong)(long)fy * 19_349_663);
        return RandomStream.ToGaussian(RandomStream.Hash(key, cell));
    }

    /// <summary>Boxes, tools and cups of every colour, those of the containers included.</summary>
    private void DrawThings(Illumination light, double difficulty, ref RandomStream random)
    {
        int things = (int)(Math.Min(difficulty, 1.5) * MostThings * random.NextUniform());
        var canvas = new Canvas(Pixels, width, height);
        for (int i = 0; i < things; i++)
        {
            _thing.Set(light, Albedo.Random(ref random), 0);
            double x = random.NextBetween(0, width);
            double y = random.NextBetween(0.15 * height, height);
            double length = random.NextBetween(0.06, 0.25) * height;
            double half = random.NextBetween(0.02, 0.09) * width;
            double lean = random.NextBetween(-0.6, 0.6) * length;
            canvas.Bar((x, y), (x + lean, y - length), half, random.NextBetween(0, 0.4), _thing);
        }
    }
}
