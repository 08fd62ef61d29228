namespace EdgeFusion.Worker.Commands;

/// <summary>Exit codes of every command; part of the contract with scripts.</summary>
internal static class ExitCode
{
    /// <summary>Done.</summary>
    public const int Success = 0;

    /// <summary>The work failed: device, broker, model, recording, disk.</summary>
    public const int Failure = 1;

    /// <summary>Wrong arguments or configuration; nothing was started.</summary>
    public const int Usage = 2;

    /// <summary>The work was done, but the result differs from what was expected (replay --expect, bench
    /// budgets).</summary>
    public const int Different = 3;

    /// <summary>Stopped by Ctrl+C.</summary>
    public const int Interrupted = 130;
}
