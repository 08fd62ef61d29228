using Microsoft.AspNetCore.Http;

namespace EdgeFusion.Worker.Dashboard;

/// <summary>Whole answers.</summary>
internal static class Answer
{
    /// <summary>A sentence for people.</summary>
    public static Task TextAsync(HttpResponse response, int status, string text, CancellationToken ended)
    {
        response.StatusCode = status;
        response.ContentType = "text/plain; charset=utf-8";
        return response.WriteAsync(text + "\n", ended);
    }

    /// <summary>JSON for the page.</summary>
    public static Task JsonAsync(HttpResponse response, ReadOnlyMemory<byte> json, CancellationToken ended)
    {
        response.ContentType = "application/json";
        return response.Body.WriteAsync(json, ended).AsTask();
    }
}
