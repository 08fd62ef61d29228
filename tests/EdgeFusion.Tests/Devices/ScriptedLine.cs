using System.Collections.Concurrent;
using EdgeFusion.Sensing.Channels;

namespace EdgeFusion.Tests.Devices;

/// <summary>A line in memory: what a test puts in is read, what is written is kept. It knows no time.</summary>
internal sealed class ScriptedLine : IByteEndpoint, IByteChannel
{
    private readonly BlockingCollection<byte[]> _incoming = [];
    private readonly ConcurrentQueue<byte[]> _written = new();
    private byte[] _rest = [];

    public string Name => "a line";

    public long ByteNanoseconds => 10_000;

    public IReadOnlyCollection<byte[]> Written => _written;

    public void Put(byte[] bytes) => _incoming.Add(bytes);

    public IByteChannel Open(CancellationToken stopping) => this;

    public int Read(Span<byte> buffer, TimeSpan timeout)
    {
        if (_rest.Length == 0 && !_incoming.TryTake(out _rest!, timeout))
        {
            _rest = [];
            return 0;
        }

        int count = Math.Min(buffer.Length, _rest.Length);
        _rest.AsSpan(0, count).CopyTo(buffer);
        _rest = _rest[count..];
        return count;
    }

    public void Write(ReadOnlySpan<byte> bytes) => _written.Enqueue(bytes.ToArray());

    public void Dispose()
    {
    }
}
