namespace EdgeFusion.Soak.Page;

/// <summary>A viewer in a process of its own, so that its work is not counted: what the page does, without drawing.
/// </summary>
internal static class PageViewer
{
    /// <summary>What this program is called with to be one.</summary>
    public const string Verb = "page-viewer";

    /// <summary>Takes snapshots and the picture that goes with each until it is killed.</summary>
    public static async Task<int> RunAsync(string url)
    {
        using var client = new HttpClient { BaseAddress = new Uri(url), Timeout = Timeout.InfiniteTimeSpan };
        await client.GetStringAsync(new Uri("/api/info", UriKind.Relative));
        await using Stream live = await client.GetStreamAsync(new Uri("/api/live", UriKind.Relative));
        using var reader = new StreamReader(live);
        bool told = false;
        while (await reader.ReadLineAsync() is { } line)
        {
            if (!line.StartsWith("data:", StringComparison.Ordinal))
            {
                continue;
            }

            using HttpResponseMessage frame = await client.GetAsync(new Uri("/api/frame/camera", UriKind.Relative));
            await frame.Content.ReadAsByteArrayAsync();
            if (!told)
            {
                told = true;
                Console.WriteLine("looking");
            }
        }

        return 0;
    }
}
