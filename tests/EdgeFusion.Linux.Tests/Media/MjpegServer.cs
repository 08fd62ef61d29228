using System.Net;
using System.Net.Sockets;
using System.Text;

namespace EdgeFusion.Linux.Tests.Media;

/// <summary>A web camera on the loopback: one JPEG over and over as multipart/x-mixed-replace, 50 times a second.
/// </summary>
internal sealed class MjpegServer : IDisposable
{
    private readonly byte[] _jpeg;
    private readonly int _port;
    private TcpListener _listener = new(IPAddress.Loopback, 0);
    private CancellationTokenSource _stopping = new();
    private bool _disposed;

    public MjpegServer(int width, int height)
    {
        string path = Path.Combine(Path.GetTempPath(), $"edgefusion-{Guid.NewGuid():N}.jpg");
        MediaBench.Write(
            $"videotestsrc num-buffers=1 ! video/x-raw,width={width},height={height} ! jpegenc ! "
            + $"filesink location={path}");
        _jpeg = File.ReadAllBytes(path);
        File.Delete(path);
        _listener.Start();
        _port = ((IPEndPoint)_listener.LocalEndpoint).Port;
        Url = $"http://127.0.0.1:{_port}/stream";
        _ = ServeAsync(_listener, _stopping.Token);
    }

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
        _listener = new TcpListener(IPAddress.Loopback, _port);
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

    private async Task ServeAsync(TcpListener listener, CancellationToken stopping)
    {
        try
        {
            while (true)
            {
                using TcpClient client = await listener.AcceptTcpClientAsync(stopping);
                await StreamAsync(client.GetStream(), stopping);
            }
        }
        catch (Exception fault) when (fault is OperationCanceledException or IOException or SocketException)
        {
            // Unplugged.
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
