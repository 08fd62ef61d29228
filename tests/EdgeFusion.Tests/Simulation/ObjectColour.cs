using EdgeFusion.Sensing;
using EdgeFusion.Simulator;

namespace EdgeFusion.Tests.Simulation;

/// <summary>Guesses an object's colour from where a late frame differs from one of the empty table.</summary>
internal static class ObjectColour
{
    private const int Width = 128;
    private const int Height = 96;

    public static string Guess(WorkCell cell, int episode)
    {
        byte[] empty = Frame(cell, episode, 0.3);
        byte[] seen = Frame(cell, episode, 1.0);
        Span<int> votes = stackalloc int[5];
        for (int i = 0; i < empty.Length; i += 3)
        {
            // Middle third of the image, lower half: there the object stands before the arm comes.
            int x = i / 3 % Width;
            int y = i / 3 / Width;
            if (x < Width / 3 || x > 2 * Width / 3 || y < Height / 2 || Difference(empty, seen, i) < 60)
            {
                continue;
            }

            int colour = Classify(seen[i], seen[i + 1], seen[i + 2]);
            if (colour >= 0)
            {
                votes[colour]++;
            }
        }

        int best = 0;
        for (int c = 1; c < votes.Length; c++)
        {
            best = votes[c] > votes[best] ? c : best;
        }

        return WorkCell.LabelsOf("colour")[best];
    }

    private static byte[] Frame(WorkCell cell, int episode, double seconds)
    {
        using ISampleSource source = cell.CreateSources()[SimulatedStreams.Camera];
        long at = (long)(((episode * 15) + seconds) * 1e9);
        byte[] pixels = new byte[Width * Height * 3];
        while (source.TryAdvance(out SampleHeader header))
        {
            if (header.Capture.NanosecondsSince(cell.Options.Start) >= at)
            {
                source.Fill(pixels);
                return pixels;
            }
        }

        return pixels;
    }

    private static int Difference(byte[] a, byte[] b, int i) =>
        Math.Abs(a[i] - b[i]) + Math.Abs(a[i + 1] - b[i + 1]) + Math.Abs(a[i + 2] - b[i + 2]);

    private static int Classify(int r, int g, int b)
    {
        int max = Math.Max(r, Math.Max(g, b));
        int min = Math.Min(r, Math.Min(g, b));
        if (max - min < 0.30 * max)
        {
            return max > 110 ? 4 : -1;
        }

        double chroma = max - min;
        double hue = max == r ? (g - b) / chroma : max == g ? 2 + ((b - r) / chroma) : 4 + ((r - g) / chroma);
        hue *= 60;
        return hue is < 25 ? 0 : hue < 75 ? 1 : hue < 170 ? 2 : hue < 290 ? 3 : 0;
    }
}
