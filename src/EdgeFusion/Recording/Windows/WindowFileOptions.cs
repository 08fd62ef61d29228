namespace EdgeFusion.Recording.Windows;

/// <summary>Which windows go into a training file.</summary>
public sealed record WindowFileOptions
{
    /// <summary>Whether windows without any label are kept. Default false.</summary>
    public bool KeepUnlabelled { get; init; }

    /// <summary>Keep every n-th window of the grid, &gt;= 1. Default 1.</summary>
    public int Stride { get; init; } = 1;
}
