namespace EdgeFusion.Publishing;

/// <summary>Messages of one topic and one earlier run that the log held when this run began.</summary>
/// <param name="Topic">Their topic.</param>
/// <param name="Epoch">The run.</param>
/// <param name="From">First number in the log.</param>
/// <param name="To">Last number in the log: the last one that the run's outbox has taken.</param>
internal readonly record struct KeptRun(string Topic, long Epoch, long From, long To);
