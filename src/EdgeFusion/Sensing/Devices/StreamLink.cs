using EdgeFusion.Sensing.Channels;
using EdgeFusion.Sensing.Framing;
using EdgeFusion.Time;

namespace EdgeFusion.Sensing.Devices;

/// <summary>An open line with its scanner: what a protocol needs to start a device.</summary>
internal sealed class StreamLink(
    IByteChannel channel, StreamScanner scanner, PipelineClock clock, CancellationToken stopping)
{
    /// <summary>Cancellation is seen after this long.</summary>
    public static readonly TimeSpan Turn = TimeSpan.FromMilliseconds(20);

    public IByteChannel Channel => channel;

    public StreamScanner Scanner => scanner;

    public CancellationToken Stopping => stopping;

    /// <summary>Bytes that have come since the opening, of whatever kind.</summary>
    public long BytesRead { get; private set; }

    public void Send(ReadOnlySpan<byte> bytes) => channel.Write(bytes);

    /// <summary>Waits for the next whole frame.</summary>
    /// <returns>False when the time is over.</returns>
    public bool TryReceive(TimeSpan patience, out ReadOnlySpan<byte> frame)
    {
        Timestamp end = clock.Now + patience;
        while (!scanner.TryRead(out frame))
        {
            TimeSpan left = end - clock.Now;
            if (left <= TimeSpan.Zero)
            {
                return false;
            }

            stopping.ThrowIfCancellationRequested();
            Read(left < Turn ? left : Turn);
        }

        // Whoever waits for a frame waits for an answer: measurements come through the pump.
        scanner.Counters.CountOther();
        return true;
    }

    /// <summary>One read into the scanner.</summary>
    public int Read(TimeSpan timeout)
    {
        int count = channel.Read(scanner.Free(), timeout);
        scanner.Advance(count);
        BytesRead += count;
        return count;
    }
}
