namespace EdgeFusion.Sensing.Channels;

/// <summary>An open serial line, held by this process alone. An unplug ends a read with an exception.</summary>
public interface ISerialPort : IByteChannel
{
    /// <summary>Bits per second in force.</summary>
    int BaudRate { get; }

    /// <summary>Throws away what has come and was not read.</summary>
    void DiscardInput();
}
