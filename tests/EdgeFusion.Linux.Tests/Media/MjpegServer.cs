using System.Net;
using System.Net.Sockets;
using System.Text;

namespace EdgeFusion.Linux.Tests.Media;

/// <summary>A web camera on the loopback: one JPEG over and over as multipart/x-mixed-replace, 50 times a second.
/// </summary>
internal sealed class MjpegServer : IDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stopping = new();
    private readonly byte[] _jpeg;
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
        Url = $"http://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}/stream";
        _ = ServeAsync();
    }

    public string Url { get; }

    public void Dispose()
    {
        if (!_disposed)
        {
            _disposed = true;
            _stopping.Cancel();
            _listener.Stop();
        }
    }

    private async Task ServeAsync()
    {
        try
        {
            while (true)
            {
                using TcpClient client = await _listener.AcceptTcpClientAsync(_stopping.Token);
                await StreamAsync(client.GetStream());
            }
        }
        catch (Exception fault) when (fault is OperationCanceledException or IOException or SocketException)
        {
            // Unplugged.
        }
    }

    private async Task StreamAsync(NetworkStream stream)
    {
        byte[] request = new byte[4096];
        _ = await stream.ReadAsync(request, _stopping.Token);
        await stream.WriteAsync(
            "HTTP/1.1 200 OK\r\nContent-Type: multipart/x-mixed-replace; boundary=frame\r\n\r\n"u8.ToArray(),
            _stopping.Token);
        byte[] head = Encoding.ASCII.GetBytes(
            $"--frame\r\nContent-Type: image/jpeg\r\nContent-Length: {_jpeg.Length}\r\n\r\n");
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(20));
        while (await timer.WaitForNextTickAsync(_stopping.Token))
        {
            await stream.WriteAsync(head, _stopping.Token);
            await stream.WriteAsync(_jpeg, _stopping.Token);
            await stream.WriteAsync("\r\n"u8.ToArray(), _stopping.Token);
        }
    }
}
