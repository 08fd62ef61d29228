using System.Diagnostics;
using EdgeFusion.Linux.Audio;

namespace EdgeFusion.Linux.Tests.Audio;

/// <summary>A sound card in memory: delivers blocks, and overruns where the script says so.</summary>
internal sealed class FakePcmInput(int blockFrames, params PcmStatus[] script) : IPcmInput
{
    private int _step;
    private int _ready;

    public int Recoveries { get; private set; }

    public bool IsDisposed { get; private set; }

    public PcmStatus Wait(int milliseconds, out int available, out long stampNanoseconds)
    {
        available = 0;
        stampNanoseconds = 0;
        if (_step == script.Length)
        {
            return PcmStatus.Nothing;
        }

        PcmStatus status = script[_step++];
        if (status == PcmStatus.Ok)
        {
            available = _ready = blockFrames;
            stampNanoseconds = Stopwatch.GetTimestamp();
        }

        return status;
    }

    public PcmStatus Read(Span<byte> destination, out int frames)
    {
        frames = Math.Min(_ready, destination.Length / sizeof(float));
        _ready -= frames;
        destination.Clear();
        return frames > 0 ? PcmStatus.Ok : PcmStatus.Nothing;
    }

    public void Recover(PcmStatus cause) => Recoveries++;

    public void Dispose() => IsDisposed = true;
}
