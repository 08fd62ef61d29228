using System.Net;
using System.Net.Sockets;
using System.Text;
using EdgeFusion.Linux.Images;
using EdgeFusion.Sensing;

namespace EdgeFusion.Linux.Tests.Media;

/// <summary>A web camera on the loopback: one JPEG over and over as multipart/x-mixed-replace, 50 times a second.
/// </summary>
internal sealed class MjpegServer : IDisposable
{
    private readonly byte[] _jpeg;
    private TcpListener _listener = new(IPAddress.Loopback, 0);
    private CancellationTokenSource _stopping = new();
    private bool _disposed;

    public MjpegServer(int width, int height)
    {
        _jpeg = Picture(new FrameLayout(width, height, PixelFormat.Rgb8));
        _listener.Start();
        Port = ((IPEndPoint)_listener.LocalEndpoint).Port;
        Url = $"http://127.0.0.1:{Port}/stream";
        _ = ServeAsync(_listener, _stopping.Token);
    }

    public int Port { get; }

    public string Url { get; }

    /// <summary>Refuses connections and drops the one there is.</summary>
    public void Unplug()
    {
        _stopping.Cancel();
        _listener.Stop();
    }

    /// <summary>Is there again, at the same address.</summary>
    public void Plug()
    {
        _stopping = new CancellationTokenSource();
        _listener = new TcpListener(IPAddress.Loopback, Port);
        _listener.Start();
        _ = ServeAsync(_listener, _stopping.Token);
    }

    public void Dispose()
    {
        if (!_disposed)
        {
            _disposed = true;
            _stopping.Cancel();
            _listener.Stop();
        }
    }

    private static byte[] Picture(FrameLayout layout)
    {
        using var encoder = new TurboJpegEncoder();
        byte[] jpeg = new byte[encoder.MaxBytes(layout)];
        return jpeg[..encoder.Encode(layout, new byte[layout.MaxSampleBytes], jpeg)];
    }

    private async Task ServeAsync(TcpListener listener, CancellationToken stopping)
    {
        try
        {
            while (true)
            {
                _ = ServeAsync(await listener.AcceptTcpClientAsync(stopping), stopping);
            }
        }
        catch (Exception fault) when (fault is OperationCanceledException or SocketException)
        {
            // Unplugged.
        }
    }

    private async Task ServeAsync(TcpClient client, CancellationToken stopping)
    {
        using (client)
        {
            try
            {
                await StreamAsync(client.GetStream(), stopping);
            }
            catch (Exception fault) when (fault is OperationCanceledException or IOException)
            {
                // Unplugged, or the reader is gone.
            }
        }
    }

    private async Task StreamAsync(NetworkStream stream, CancellationToken stopping)
    {
        byte[] request = new byte[4096];
        _ = await stream.ReadAsync(request, stopping);
        await stream.WriteAsync(
            "HTTP/1.1 200 OK\r\nContent-Type: multipart/x-mixed-replace; boundary=frame\r\n\r\n"u8.ToArray(),
            stopping);
        byte[] head = Encoding.ASCII.GetBytes(
            $"--frame\r\nContent-Type: image/jpeg\r\nContent-Length: {_jpeg.Length}\r\n\r\n");
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(20));
        while (await timer.WaitForNextTickAsync(stopping))
        {
            await stream.WriteAsync(head, stopping);
            await stream.WriteAsync(_jpeg, stopping);
            await stream.WriteAsync("\r\n"u8.ToArray(), stopping);
        }
    }
}
