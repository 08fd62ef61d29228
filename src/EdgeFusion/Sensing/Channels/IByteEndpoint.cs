namespace EdgeFusion.Sensing.Channels;

/// <summary>Where a channel to a device is opened, again after each failure.</summary>
/// <remarks><b>Threading.</b> Any thread.</remarks>
public interface IByteEndpoint
{
    /// <summary>The address, for messages.</summary>
    string Name { get; }

    /// <summary>
    /// Time in ns that one byte takes on the line; 0 where that is not worth counting (network). It lies between a
    /// frame's end and its beginning whatever else delays.
    /// </summary>
    long ByteNanoseconds { get; }

    /// <summary>Opens a channel; bounded in time.</summary>
    /// <exception cref="SensorException">It cannot be opened; the message says why and what to do.</exception>
    IByteChannel Open(CancellationToken stopping);
}
