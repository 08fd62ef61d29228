namespace EdgeFusion.Publishing;

/// <summary>What makes a message unique on its topic: the run and the number within it.</summary>
/// <param name="Epoch">The run's random number.</param>
/// <param name="Sequence">Number within the run, from 0.</param>
public readonly record struct MessageKey(long Epoch, long Sequence);
