using System.Globalization;
using System.Net.Sockets;
using System.Text;
using EdgeFusion.Worker.Dashboard;

namespace EdgeFusion.Worker.Live;

/// <summary>
/// Tells the service manager how the worker is (sd_notify(3), the datagram protocol): READY with the first prediction,
/// WATCHDOG while windows leave, STOPPING at the end. A worker whose windows stand still is restarted by it.
/// </summary>
/// <remarks><b>Threading.</b> One owner; its loop runs on the pool.</remarks>
internal sealed class ServiceManager : IAsyncDisposable
{
    private static readonly TimeSpan StatusInterval = TimeSpan.FromSeconds(10);

    /// <summary>Until the first prediction: what waits for this service waits no longer than it must.</summary>
    private static readonly TimeSpan StartTick = TimeSpan.FromMilliseconds(50);

    private readonly Socket _socket;
    private readonly UnixDomainSocketEndPoint _address;
    private readonly TimeSpan _tick;
    private readonly bool _watched;
    private readonly HealthProbe _health;
    private readonly CancellationTokenSource _stopping = new();
    private readonly Task _loop;

    private ServiceManager(string path, TimeSpan? watchdog, HealthProbe health)
    {
        // A name that begins with @ lies in the abstract name space, where that byte is 0.
        _address = new UnixDomainSocketEndPoint(path[0] == '@' ? '\0' + path[1..] : path);
        _socket = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);
        _watched = watchdog is not null;
        _health = health;

        // Twice per limit is what sd_watchdog_enabled(3) advises; a third leaves room for a slow machine.
        TimeSpan third = (watchdog ?? TimeSpan.FromSeconds(3)) / 3;
        _tick = third < TimeSpan.FromSeconds(1) ? third : TimeSpan.FromSeconds(1);
        _loop = Task.Run(LoopAsync);
    }

    /// <summary>Connects where a service manager asked for it; else null.</summary>
    /// <param name="health">Whether windows leave.</param>
    /// <param name="variable">Reads an environment variable.</param>
    public static ServiceManager? Connect(HealthProbe health, Func<string, string?> variable)
    {
        if (variable("NOTIFY_SOCKET") is not { Length: > 1 } path)
        {
            return null;
        }

        bool ours = variable("WATCHDOG_PID") is not { Length: > 0 } pid
            || pid == Environment.ProcessId.ToString(CultureInfo.InvariantCulture);
        TimeSpan? watchdog = ours && long.TryParse(
            variable("WATCHDOG_USEC"), NumberStyles.None, CultureInfo.InvariantCulture, out long microseconds)
                ? TimeSpan.FromMicroseconds(microseconds)
                : null;
        return new ServiceManager(path, watchdog, health);
    }

    /// <summary>Says that the worker stops, and ceases to vouch for it.</summary>
    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync().ConfigureAwait(false);
        await _loop.ConfigureAwait(false);
        Send("STOPPING=1");
        _socket.Dispose();
        _stopping.Dispose();
    }

    private async Task LoopAsync()
    {
        bool ready = false;
        long nextStatus = 0;
        using var timer = new PeriodicTimer(_tick < StartTick ? _tick : StartTick);
        do
        {
            bool alive = _health.IsAlive;
            if (!ready && _health.Windows > 0)
            {
                ready = true;
                Send("READY=1");
                timer.Period = _tick;
            }

            if (_watched && alive)
            {
                Send("WATCHDOG=1");
            }

            if (Environment.TickCount64 >= nextStatus)
            {
                nextStatus = Environment.TickCount64 + (long)StatusInterval.TotalMilliseconds;
                Send(string.Create(
                    CultureInfo.InvariantCulture,
                    $"STATUS={(alive ? "predicting" : "no window leaves")}, {_health.Windows} windows{Notice()}"));
            }
        }
        while (await NextAsync(timer).ConfigureAwait(false));
    }

    // A status is one line.
    private string Notice() => _health.Notice is { } notice ? "; " + notice.ReplaceLineEndings(" ") : "";

    private async Task<bool> NextAsync(PeriodicTimer timer)
    {
        try
        {
            return await timer.WaitForNextTickAsync(_stopping.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }

    private void Send(string message)
    {
        try
        {
            _socket.SendTo(Encoding.UTF8.GetBytes(message), _address);
        }
        catch (SocketException)
        {
            // A service manager that does not listen is no reason to stop predicting.
        }
    }
}
