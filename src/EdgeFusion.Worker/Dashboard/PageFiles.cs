using System.Collections.Frozen;
using System.Reflection;
using Microsoft.AspNetCore.Http;

namespace EdgeFusion.Worker.Dashboard;

/// <summary>The files of the page, built by the set-up and held in this assembly.</summary>
internal static class PageFiles
{
    private const string Prefix = "dashboard/";

    private static readonly FrozenDictionary<string, (string Type, byte[] Content)> Files = Load();

    /// <summary>Answers with a file of the page, or 404.</summary>
    public static Task WriteAsync(HttpContext context, string path, CancellationToken ended)
    {
        HttpResponse response = context.Response;
        string name = path == "/" ? "index.html" : path[1..];
        if (Files.TryGetValue(name, out (string Type, byte[] Content) file))
        {
            response.ContentType = file.Type;
            return response.Body.WriteAsync(file.Content, ended).AsTask();
        }

        return Answer.TextAsync(
            response, StatusCodes.Status404NotFound,
            Files.Count == 0
                ? "The page is not part of this build: run ./edgefusion setup, which builds it, then build again."
                : "There is nothing here.",
            ended);
    }

    private static FrozenDictionary<string, (string Type, byte[] Content)> Load()
    {
        var files = new Dictionary<string, (string Type, byte[] Content)>(StringComparer.Ordinal);
        Assembly assembly = typeof(PageFiles).Assembly;
        foreach (string resource in assembly.GetManifestResourceNames())
        {
            if (resource.StartsWith(Prefix, StringComparison.Ordinal))
            {
                using Stream stream = assembly.GetManifestResourceStream(resource)!;
                var content = new byte[stream.Length];
                stream.ReadExactly(content);
                files[resource[Prefix.Length..]] = (ContentType(resource), content);
            }
        }

        return files.ToFrozenDictionary(StringComparer.Ordinal);
    }

    private static string ContentType(string name) => Path.GetExtension(name) switch
    {
        ".html" => "text/html; charset=utf-8",
        ".js" => "text/javascript; charset=utf-8",
        ".css" => "text/css; charset=utf-8",
        ".svg" => "image/svg+xml",
        _ => "application/octet-stream",
    };
}
