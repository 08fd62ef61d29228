using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using EdgeFusion.Worker.Configuration;
using Microsoft.AspNetCore.Http;

namespace EdgeFusion.Worker.Dashboard;

/// <summary>
/// Who may look: only GET, only with a Host we know (a page of somebody else that rebinds its name to this machine has
/// another one), only from our own page, and beyond the loopback interface only with the token.
/// </summary>
internal sealed class DashboardGuard
{
    private const string CookieName = "edgefusion_token";
    private const string Policy =
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
        + "base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

    private const string Streams = "/foxglove";
    private const int MostReported = 16;

    private readonly HashSet<string> _hosts = new(StringComparer.OrdinalIgnoreCase);
    private readonly HashSet<string> _origins;
    private readonly HashSet<string> _reported = new(StringComparer.OrdinalIgnoreCase);
    private readonly Action<string>? _refused;
    private readonly byte[]? _token;

    /// <param name="options">Address, hosts and token.</param>
    /// <param name="token">The token; null on the loopback interface.</param>
    /// <param name="refused">Told, once for each, which foreign pages asked for the streams.</param>
    public DashboardGuard(DashboardOptions options, string? token, Action<string>? refused = null)
    {
        _token = token is null ? null : Digest(token);
        _refused = refused;
        _origins = new HashSet<string>(options.Origins, StringComparer.OrdinalIgnoreCase);
        _hosts.UnionWith(["localhost", "127.0.0.1", "[::1]"]);
        _hosts.Add(options.Address);
        _hosts.UnionWith(options.Hosts);
    }

    /// <summary>Sets the headers of every answer and decides; false when the request has been answered.</summary>
    public bool Admit(HttpContext context)
    {
        IHeaderDictionary headers = context.Response.Headers;
        headers.ContentSecurityPolicy = Policy;
        headers.XContentTypeOptions = "nosniff";
        headers["Referrer-Policy"] = "no-referrer";
        headers["Cross-Origin-Resource-Policy"] = "same-origin";
        headers.CacheControl = "no-store";
        HttpRequest request = context.Request;
        if (!HttpMethods.IsGet(request.Method) && !HttpMethods.IsHead(request.Method))
        {
            return Refuse(context, HttpStatusCode.MethodNotAllowed, "This page is read-only: only GET and HEAD.");
        }

        if (!_hosts.Contains(request.Host.Host))
        {
            return Refuse(
                context, HttpStatusCode.MisdirectedRequest,
                "This worker does not answer to that host name; add it to Dashboard:Hosts if it should.");
        }

        if (request.Headers.Origin is [{ Length: > 0 } origin] && !IsOurs(request, origin))
        {
            Report(request, origin);
            return Refuse(context, HttpStatusCode.Forbidden, "Requests from other pages are refused.");
        }

        return _token is null || IsProbe(request.Path) || Authenticate(context, _token);
    }

    /// <summary>Health probes tell no secrets and come from supervisors that have no token.</summary>
    private static bool IsProbe(PathString path) => path == "/healthz" || path == "/readyz";

    /// <summary>Our own page, or one that may subscribe to the streams; nothing else of ours is for others.</summary>
    private bool IsOurs(HttpRequest request, string origin) =>
        string.Equals(origin, $"{request.Scheme}://{request.Host}", StringComparison.OrdinalIgnoreCase)
        || (request.Path == Streams && _origins.Contains(origin));

    /// <summary>Whoever wants to see the streams in a viewer of his own learns from the log what is missing.</summary>
    private void Report(HttpRequest request, string origin)
    {
        bool news;
        lock (_reported)
        {
            news = request.Path == Streams && _reported.Count < MostReported && _reported.Add(origin);
        }

        if (news)
        {
            _refused?.Invoke(
                $"a page of '{JsonEncodedText.Encode(origin)}' asked for {Streams}; add that to Dashboard:Origins if "
                + "it may see the streams");
        }
    }

    private static bool Authenticate(HttpContext context, byte[] token)
    {
        HttpRequest request = context.Request;
        const string Bearer = "Bearer ";
        string header = request.Headers.Authorization.ToString();
        string given = header.StartsWith(Bearer, StringComparison.Ordinal) ? header[Bearer.Length..]
            : request.Cookies[CookieName] ?? "";
        if (Matches(given, token))
        {
            return true;
        }

        // A viewer takes an address and nothing else.
        if (request.Path == Streams && Matches(request.Query["token"].ToString(), token))
        {
            return true;
        }

        if (request.Path == "/" && Matches(request.Query["token"].ToString(), token))
        {
            // Out of the address bar and the history, into a cookie that scripts cannot read.
            context.Response.Cookies.Append(
                CookieName, request.Query["token"].ToString(),
                new CookieOptions { HttpOnly = true, SameSite = SameSiteMode.Strict, Secure = request.IsHttps });
            context.Response.Redirect("/");
            return false;
        }

        return Refuse(
            context, HttpStatusCode.Unauthorized,
            "A token is needed: open /?token=... once, or send it as Authorization: Bearer ...");
    }

    private static bool Matches(string given, byte[] token) =>
        given.Length > 0 && CryptographicOperations.FixedTimeEquals(Digest(given), token);

    private static byte[] Digest(string token) => SHA256.HashData(Encoding.UTF8.GetBytes(token));

    private static bool Refuse(HttpContext context, HttpStatusCode status, string reason)
    {
        context.Response.StatusCode = (int)status;
        context.Response.ContentType = "text/plain; charset=utf-8";
        context.Items[typeof(DashboardGuard)] = reason;
        return false;
    }

    /// <summary>Why a request was refused; null where it was redirected.</summary>
    public static string? Reason(HttpContext context) => context.Items[typeof(DashboardGuard)] as string;
}
