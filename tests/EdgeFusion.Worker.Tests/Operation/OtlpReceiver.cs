using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace EdgeFusion.Worker.Tests.Operation;

/// <summary>
/// The receiving end of OTLP over HTTP, as far as a test needs it. Field numbers are those of opentelemetry-proto:
/// metrics.proto and trace.proto, where the way to a metric and to a span is 1, 2, 2.
/// </summary>
internal sealed class OtlpReceiver : IAsyncDisposable
{
    private static readonly int[] WayToItem = [1, 2, 2];

    private readonly WebApplication _application;
    private readonly Lock _lock = new();
    private readonly HashSet<(string Name, string Unit)> _metrics = [];
    private readonly List<string> _spans = [];
    private readonly StringBuilder _text = new();

    private OtlpReceiver(WebApplication application) => _application = application;

    public string Url { get; private set; } = "";

    public (string Name, string Unit)[] Metrics
    {
        get
        {
            lock (_lock)
            {
                return [.. _metrics];
            }
        }
    }

    public string[] Spans
    {
        get
        {
            lock (_lock)
            {
                return [.. _spans];
            }
        }
    }

    /// <summary>All bodies as text: strings are readable in it.</summary>
    public string Text
    {
        get
        {
            lock (_lock)
            {
                return _text.ToString();
            }
        }
    }

    public static async Task<OtlpReceiver> StartAsync()
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(System.Net.IPAddress.Loopback, 0));
        var receiver = new OtlpReceiver(builder.Build());
        receiver._application.Run(receiver.TakeAsync);
        await receiver._application.StartAsync();
        receiver.Url = receiver._application.Services.GetRequiredService<IServer>().Features
            .Get<IServerAddressesFeature>()!.Addresses.First();
        return receiver;
    }

    public async ValueTask DisposeAsync() => await _application.DisposeAsync();

    private async Task TakeAsync(HttpContext context)
    {
        using var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body);
        Assert.Equal("application/x-protobuf", context.Request.ContentType);
        bool traces = context.Request.Path == "/v1/traces";
        lock (_lock)
        {
            _text.Append(Encoding.Latin1.GetString(body.ToArray()));
            Walk(body.ToArray(), 0, item =>
            {
                if (traces)
                {
                    _spans.Add(Read(item, field: 5));
                }
                else
                {
                    _metrics.Add((Read(item, field: 1), Read(item, field: 3)));
                }
            });
        }

        context.Response.ContentType = "application/x-protobuf";
    }

    private static void Walk(byte[] message, int depth, Action<byte[]> take)
    {
        if (depth == WayToItem.Length)
        {
            take(message);
            return;
        }

        foreach ((int field, byte[] content) in Fields(message))
        {
            if (field == WayToItem[depth])
            {
                Walk(content, depth + 1, take);
            }
        }
    }

    private static string Read(byte[] message, int field) =>
        Encoding.UTF8.GetString(Fields(message).FirstOrDefault(f => f.Field == field, (field, [])).Content);

    /// <summary>The length-delimited fields of a message; the others are passed over.</summary>
    private static IEnumerable<(int Field, byte[] Content)> Fields(byte[] message)
    {
        int at = 0;
        while (at < message.Length)
        {
            ulong tag = Varint(message, ref at);
            switch (tag & 7)
            {
                case 0:
                    Varint(message, ref at);
                    break;
                case 1:
                    at += 8;
                    break;
                case 2:
                    int length = (int)Varint(message, ref at);
                    yield return ((int)(tag >> 3), message[at..(at + length)]);
                    at += length;
                    break;
                default:
                    at += 4;
                    break;
            }
        }
    }

    private static ulong Varint(byte[] message, ref int at)
    {
        ulong value = 0;
        for (int shift = 0; ; shift += 7)
        {
            byte next = message[at++];
            value |= (ulong)(next & 0x7F) << shift;
            if (next < 0x80)
            {
                return value;
            }
        }
    }
}
