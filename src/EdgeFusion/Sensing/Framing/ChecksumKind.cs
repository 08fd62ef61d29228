namespace EdgeFusion.Sensing.Framing;

/// <summary>How a frame proves that it arrived whole.</summary>
public enum ChecksumKind
{
    /// <summary>It does not.</summary>
    None,

    /// <summary>Sum of the bytes, modulo 256.</summary>
    Sum8,

    /// <summary>Complement of the sum of the bytes, modulo 256 (Feetech).</summary>
    InvertedSum8,

    /// <summary>Sum of the bytes, modulo 65536, high byte first (OptoForce).</summary>
    Sum16BigEndian,

    /// <summary>CRC-16/MODBUS, low byte first: init FFFF, polynomial 8005 reflected.</summary>
    Crc16Modbus,

    /// <summary>CRC-16/X-25, low byte first: init FFFF, polynomial 1021 reflected, inverted.</summary>
    Crc16X25,

    /// <summary>CRC-16 of Dynamixel 2.0, low byte first: init 0, polynomial 8005.</summary>
    Crc16Dynamixel,
}
