namespace EdgeFusion.Sensing.Devices.Force;

/// <summary>How numbers stand in a line of text.</summary>
public enum TextFormat
{
    /// <summary>Numbers between separators: 1.5,-2.25,9.8</summary>
    Csv,

    /// <summary>One JSON object per line: {"fx":1.5,"t":[0,1,2]}</summary>
    Json,

    /// <summary>A sentence with a checksum: $XXXX,1.5,-2.25*HH (xor of the bytes between $ and *).</summary>
    Nmea,
}
