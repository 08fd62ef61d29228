using EdgeFusion.Worker.Configuration;
using EdgeFusion.Worker.Dashboard;
using Microsoft.AspNetCore.Http;
using Xunit;

namespace EdgeFusion.Worker.Tests.Dashboard;

public sealed class DashboardGuardTests
{
    private const string Token = "0123456789abcdef";

    [Theory]
    [InlineData("GET", "localhost:8600", null, 200)]
    [InlineData("HEAD", "127.0.0.1:8600", null, 200)]
    [InlineData("GET", "[::1]:8600", null, 200)]
    [InlineData("GET", "robot7.local", null, 200)]
    [InlineData("GET", "evil.example:8600", null, 421)]
    [InlineData("GET", "", null, 421)]
    [InlineData("POST", "localhost:8600", null, 405)]
    [InlineData("PUT", "localhost:8600", null, 405)]
    [InlineData("GET", "localhost:8600", "http://localhost:8600", 200)]
    [InlineData("GET", "localhost:8600", "http://evil.example", 403)]
    [InlineData("GET", "localhost:8600", "null", 403)]
    public void Only_reading_from_our_own_page_under_a_known_name_is_admitted(
        string method, string host, string? origin, int status)
    {
        var guard = new DashboardGuard(new DashboardOptions { Hosts = ["robot7.local"] }, null);
        HttpContext context = Request(method, host, "/api/info");
        if (origin is not null)
        {
            context.Request.Headers.Origin = origin;
        }

        Assert.Equal(status == 200, guard.Admit(context));
        Assert.Equal(status, context.Response.StatusCode);
        Assert.Contains("default-src 'none'", context.Response.Headers.ContentSecurityPolicy.ToString(),
            StringComparison.Ordinal);
        Assert.DoesNotContain("unsafe", context.Response.Headers.ContentSecurityPolicy.ToString(),
            StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/api/info", null, 401)]
    [InlineData("/api/info", "Bearer wrong", 401)]
    [InlineData("/api/info", "Bearer 0123456789abcde", 401)]
    [InlineData("/api/info", "Bearer " + Token, 200)]
    [InlineData("/metrics", null, 401)]
    [InlineData("/healthz", null, 200)]
    [InlineData("/readyz", null, 200)]
    public void Beyond_this_machine_all_but_the_probes_needs_the_token(string path, string? authorization, int status)
    {
        var guard = new DashboardGuard(new DashboardOptions { Address = "10.0.0.7" }, Token);
        HttpContext context = Request("GET", "10.0.0.7:8600", path);
        if (authorization is not null)
        {
            context.Request.Headers.Authorization = authorization;
        }

        Assert.Equal(status == 200, guard.Admit(context));
        Assert.Equal(status, context.Response.StatusCode);
    }

    [Theory]
    [InlineData("?token=" + Token, 200)]
    [InlineData("?token=wrong", 401)]
    [InlineData("", 401)]
    public void The_streams_take_the_token_in_their_address(string query, int status)
    {
        var guard = new DashboardGuard(new DashboardOptions { Address = "10.0.0.7" }, Token);
        HttpContext context = Request("GET", "10.0.0.7:8600", "/foxglove");
        context.Request.QueryString = new QueryString(query);

        Assert.Equal(status == 200, guard.Admit(context));
        Assert.Equal(status, context.Response.StatusCode);
    }

    [Theory]
    [InlineData("/foxglove", "https://viewer.example", 200)]
    [InlineData("/foxglove", "https://evil.example", 403)]
    [InlineData("/api/info", "https://viewer.example", 403)]
    public void A_named_origin_may_open_the_streams_and_nothing_else(string path, string origin, int status)
    {
        var reports = new List<string>();
        var guard = new DashboardGuard(
            new DashboardOptions { Origins = ["https://viewer.example"] }, null, reports.Add);
        for (int i = 0; i < 3; i++)
        {
            HttpContext context = Request("GET", "localhost:8600", path);
            context.Request.Headers.Origin = origin;

            Assert.Equal(status == 200, guard.Admit(context));
            Assert.Equal(status, context.Response.StatusCode);
        }

        Assert.Equal(path == "/foxglove" && status == 403 ? 1 : 0, reports.Count);
        Assert.All(reports, report => Assert.Contains("Dashboard:Origins", report, StringComparison.Ordinal));
    }

    [Fact]
    public void A_token_in_the_address_moves_into_a_cookie()
    {
        var guard = new DashboardGuard(new DashboardOptions { Address = "10.0.0.7" }, Token);
        HttpContext first = Request("GET", "10.0.0.7:8600", "/");
        first.Request.QueryString = new QueryString("?token=" + Token);

        Assert.False(guard.Admit(first));
        Assert.Equal(StatusCodes.Status302Found, first.Response.StatusCode);
        Assert.Equal("/", first.Response.Headers.Location.ToString());
        string cookie = first.Response.Headers.SetCookie.ToString();
        Assert.Contains("httponly", cookie, StringComparison.OrdinalIgnoreCase);
        Assert.Contains("samesite=strict", cookie, StringComparison.OrdinalIgnoreCase);

        HttpContext second = Request("GET", "10.0.0.7:8600", "/api/live");
        second.Request.Headers.Cookie = cookie.Split(';')[0];
        Assert.True(guard.Admit(second));
    }

    [Fact]
    public void A_token_file_with_a_short_token_is_refused()
    {
        string path = Path.GetTempFileName();
        File.WriteAllText(path, "secret\n");

        ConfigurationException fault = Assert.Throws<ConfigurationException>(
            () => new DashboardOptions { TokenFile = path }.ReadToken());

        Assert.Contains("at least 16", fault.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", fault.Message, StringComparison.Ordinal);
        File.Delete(path);
    }

    private static DefaultHttpContext Request(string method, string host, string path)
    {
        var context = new DefaultHttpContext();
        context.Request.Method = method;
        context.Request.Scheme = "http";
        context.Request.Host = new HostString(host);
        context.Request.Path = path;
        return context;
    }
}
