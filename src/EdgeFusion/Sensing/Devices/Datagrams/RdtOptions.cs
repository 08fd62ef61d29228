namespace EdgeFusion.Sensing.Devices.Datagrams;

/// <summary>A force sensor that speaks RDT: ATI Net F/T, Ethernet Axia, OnRobot or OptoForce HEX over Ethernet.
/// </summary>
public sealed record RdtOptions
{
    /// <summary>Host name or address. The makers' default is 192.168.1.1.</summary>
    public required string Host { get; init; }

    /// <summary>UDP port. Default 49152.</summary>
    public int Port { get; init; } = 49_152;

    /// <summary>
    /// Records per second that the box is set to (ATI: on its web page, up to 7000; OnRobot: set by us as a whole
    /// number of ms, up to 1000).
    /// </summary>
    public double RateHz { get; init; } = 1_000;

    /// <summary>Records averaged into one sample, 1 (default) .. 100.</summary>
    public int Average { get; init; } = 1;

    /// <summary>
    /// Whether it is an OnRobot or OptoForce converter: fixed scale 10 000 counts/N and 100 000 counts/Nm, rate and
    /// filter set by command.
    /// </summary>
    public bool OnRobot { get; init; }

    /// <summary>OnRobot's filter: 0 none, 1 500 Hz, 2 150 Hz, 3 50 Hz, 4 15 Hz (default), 5 5 Hz, 6 1.5 Hz.</summary>
    public int Filter { get; init; } = 4;

    /// <summary>Whether the present load is taken for zero at the first start. Default false.</summary>
    public bool Bias { get; init; }

    /// <summary>Counts per N; 0 (default) = ask the box for its calibration over HTTP.</summary>
    public double CountsPerNewton { get; init; }

    /// <summary>Counts per Nm; 0 (default) = ask the box.</summary>
    public double CountsPerNewtonMetre { get; init; }

    /// <summary>Port of the box's web page. Default 80.</summary>
    public int HttpPort { get; init; } = 80;
}
