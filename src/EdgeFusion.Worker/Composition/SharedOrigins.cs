using EdgeFusion.Sensing;
using EdgeFusion.Time;

namespace EdgeFusion.Worker.Composition;

/// <summary>One start per recording, so that its sensors stay aligned when they are replayed as live ones.</summary>
internal static class SharedOrigins
{
    private static readonly Lock Gate = new();
    private static readonly Dictionary<string, PaceOrigin> Origins = new(StringComparer.Ordinal);

    public static PaceOrigin For(string file, Timestamp start)
    {
        lock (Gate)
        {
            string path = Path.GetFullPath(file);
            if (!Origins.TryGetValue(path, out PaceOrigin? origin))
            {
                Origins.Add(path, origin = new PaceOrigin(start));
            }

            return origin;
        }
    }
}
