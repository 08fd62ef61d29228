namespace EdgeFusion.Publishing.Commands;

/// <summary>One field of a command's payload: a text.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Description">What it means, one sentence.</param>
/// <param name="IsRequired">Whether it must be there.</param>
/// <param name="MaxLength">Most characters.</param>
public sealed record CommandField(string Name, string Description, bool IsRequired, int MaxLength = 64);
