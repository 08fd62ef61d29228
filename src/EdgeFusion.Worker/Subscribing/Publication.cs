namespace EdgeFusion.Worker.Subscribing;

/// <summary>What a message says that its head did not publish.</summary>
/// <param name="Prediction">Number of its prediction among all.</param>
/// <param name="Suppressed">Predictions kept back since the message before.</param>
internal readonly record struct Publication(long Prediction, long Suppressed);
