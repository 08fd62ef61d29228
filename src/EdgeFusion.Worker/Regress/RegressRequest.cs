namespace EdgeFusion.Worker.Regress;

/// <summary>What `edgefusion regress` was asked for.</summary>
internal sealed record RegressRequest
{
    /// <summary>Folder with recordings, or one recording.</summary>
    public required string Recordings { get; init; }

    /// <summary>The model under test.</summary>
    public required string Model { get; init; }

    /// <summary>The model, or the folder with predictions of an earlier run, to compare with.</summary>
    public required string Against { get; init; }

    /// <summary>Folder for predictions and reports.</summary>
    public required string Out { get; init; }

    /// <summary>Processes at a time.</summary>
    public int Jobs { get; init; } = 1;

    /// <summary>Smallest part of the windows on which both have to agree.</summary>
    public double MinAgreement { get; init; } = 0.95;

    /// <summary>Most that the accuracy of a head may fall.</summary>
    public double MaxAccuracyDrop { get; init; } = 0.01;

    /// <summary>Most times that inference may take longer (p50); 0 = any.</summary>
    public double MaxLatencyRatio { get; init; }
}
