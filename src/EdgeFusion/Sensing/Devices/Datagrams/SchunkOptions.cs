namespace EdgeFusion.Sensing.Devices.Datagrams;

/// <summary>A Schunk FTN force sensor.</summary>
public sealed record SchunkOptions
{
    /// <summary>Host name or address. The maker's default is 192.168.0.100.</summary>
    public required string Host { get; init; }

    /// <summary>TCP port of its control. Default 82.</summary>
    public int ControlPort { get; init; } = 82;

    /// <summary>UDP port of this machine that it sends to. Default 54843.</summary>
    public int DataPort { get; init; } = 54_843;

    /// <summary>Whether the present load is taken for zero at the first start. Default false.</summary>
    public bool Tare { get; init; }
}
