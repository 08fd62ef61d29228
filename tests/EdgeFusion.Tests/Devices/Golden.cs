namespace EdgeFusion.Tests.Devices;

/// <summary>Golden frames, made from the makers' documents. Force 1.5, -2.25, 9.80665; torque 0.125, -0.5, 0.0625
/// where nothing else is said.</summary>
internal static class Golden
{
    /// <summary>12.34 -5.67 100 N; 0.123 -0.456 7.89 Nm.</summary>
    public const string Robotiq = "204ED204C9FD10277B0038FED21E291C";

    public const string RobotiqStart = "0910019A0001020200CDCA";

    public const string RobotiqEcho = "0910019A00012152";

    /// <summary>Status 0, 123456 us, 31.5 degC.</summary>
    public const string Bota = "AA00000000C03F000010C00AE81C410000003E000000BF0000803D40E201000000FC41C0EE";

    public const string RdtStart = "1234000200000000";

    public const string RdtStop = "1234000000000000";

    public const string RdtBias = "1234004200000000";

    /// <summary>Sequence 7, measurement 1007, 10^6 counts per unit.</summary>
    public const string RdtRecord = "00000007000003EF000000000016E360FFDDAAF00095A33A0001E848FFF85EE00000F424";

    public const string OnRobotRecord = "00000007000003EF0000000000003A98FFFFA81C00017F13000030D4FFFF3CB00000186A";

    public const string OnRobotPeriod = "1234008200000002";

    public const string OnRobotFilter = "1234008100000004";

    /// <summary>Counter 1, counts 100 -200 300 10 -20 30.</summary>
    public const string OptoForce = "AA070810000100000064FF38012C000AFFEC001E04A5";

    public const string OptoForceConfiguration = "AA0032030A040000ED";

    /// <summary>Counter 42, packet 5, status 1.</summary>
    public const string Schunk = "FFFF2A001D0005010000000000C03F000010C00AE81C410000003E000000BF0000803D";

    public const string SchunkStart = "FFFF0000010040";

    /// <summary>In kgf and kgf m.</summary>
    public const string Kunwei = "48AA0000C03F000010C00AE81C410000003E000000BF0000803D0D0A";

    public const string DynamixelSync = "FFFFFD00FE0900827E000A0001023892";

    public const string DynamixelFast = "FFFFFD00FE09008A7E000A000102BB1A";

    /// <summary>Id 1: current -12, velocity 100, position 2048.</summary>
    public const string DynamixelStatus = "FFFFFD00010E005500F4FF6400000000080000069F";

    /// <summary>Id 1 as above; id 2: 7, -50, 1024.</summary>
    public const string DynamixelFastReply =
        "FFFFFD00FE1D00550001F4FF64000000000800009DF400020700CEFFFFFF000400009E62";

    public const string FeetechSync = "FFFFFE06823808010236";

    public const string FeetechRead = "FFFF0104023802BE";

    /// <summary>Position 1304.</summary>
    public const string FeetechReadReply = "FFFF0104001805DD";

    /// <summary>Id 1: position 2048, speed -100, load -50, 12.0 V, 35 degC.</summary>
    public const string FeetechStatus = "FFFF010A00000864803204782337";

    public const string RtdeVersion2 = "0005560002";

    public const string RtdeControllerVersion = "000376";

    /// <summary>500 Hz; timestamp, actual_q, actual_qd, actual_TCP_force.</summary>
    public const string RtdeOutputs =
        "00384F407F40000000000074696D657374616D702C61637475616C5F712C61637475616C5F71642C61637475616C5F5443505F666F"
        + "726365";

    public const string RtdeOutputsReply =
        "00254F01444F55424C452C564543544F5236442C564543544F5236442C564543544F523644";

    public const string RtdeStart = "000353";

    public const string RtdeDataBegin = "009C55014028B0A3D70A3D7100000000000000003FB999999999999A";

    public static readonly float[] Wrench = [1.5f, -2.25f, 9.80665f, 0.125f, -0.5f, 0.0625f];

    public static byte[] Bytes(string hex) => Convert.FromHexString(hex);
}
