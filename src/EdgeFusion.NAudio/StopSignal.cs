using NAudio.Wave;

namespace EdgeFusion.NAudio;

/// <summary>Set when a recording has ended; only then may its call-backs' targets go away.</summary>
internal sealed class StopSignal : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);
    private readonly ManualResetEventSlim _stopped = new();

    public bool IsSet => _stopped.IsSet;

    /// <summary>Why it ended; null where it was asked to.</summary>
    public Exception? Failure { get; private set; }

    public void OnStopped(object? sender, StoppedEventArgs end)
    {
        Failure = end.Exception;
        _stopped.Set();
    }

    /// <summary>Waits for the end, a second at most.</summary>
    public void Wait() => _stopped.Wait(Patience);

    public void Dispose() => _stopped.Dispose();
}
