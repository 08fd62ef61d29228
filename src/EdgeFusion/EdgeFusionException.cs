namespace EdgeFusion;

/// <summary>
/// Base of every operating error that EdgeFusion reports. The message says what was attempted, on what, why it failed
/// and what to do about it, and is fit to be shown to a user without a stack trace.
/// </summary>
public abstract class EdgeFusionException : Exception
{
    private protected EdgeFusionException(string message, Exception? inner = null)
        : base(message, inner)
    {
    }
}

/// <summary>A sensor could not be opened, or stopped delivering. The sensor host decides whether to try
/// again.</summary>
public sealed class SensorException(string message, Exception? inner = null) : EdgeFusionException(message, inner);

/// <summary>A model, its manifest or its engine is unusable or does not fit the sensors.</summary>
public sealed class ModelException(string message, Exception? inner = null) : EdgeFusionException(message, inner);

/// <summary>A broker or another transport could not be reached or broke off. The outbox decides on a retry.</summary>
public sealed class TransportException(string message, Exception? inner = null) : EdgeFusionException(message, inner);

/// <summary>A recording is unreadable, damaged or of an unsupported kind, or could not be written.</summary>
public sealed class RecordingException(string message, Exception? inner = null) : EdgeFusionException(message, inner)
{
    /// <summary>Whether only the sample at hand could not be written: the file is well.</summary>
    internal bool ConcernsSample { get; init; }
}

/// <summary>Configuration or command line input is wrong. Lists every fault found, not only the first.</summary>
public sealed class ConfigurationException(string message, Exception? inner = null)
    : EdgeFusionException(message, inner);
