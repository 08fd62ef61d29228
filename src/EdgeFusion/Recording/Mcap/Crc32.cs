using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using ArmCrc32 = System.Runtime.Intrinsics.Arm.Crc32;

namespace EdgeFusion.Recording.Mcap;

/// <summary>
/// CRC-32 with the zlib polynomial (0x04C11DB7, reflected 0xEDB88320), as MCAP, zip and png use it. Not CRC-32C.
/// </summary>
/// <remarks>
/// Carry-less multiplication where the processor has it (16 bytes per two multiplications), the CRC instructions on
/// Arm, slicing by 16 elsewhere. <b>Threading.</b> Pure functions.
/// </remarks>
public static class Crc32
{
    private const uint Polynomial = 0xEDB88320;
    private const int FoldMinimumBytes = 64;

    /// <summary>Sixteen tables of 256: table k advances a byte that lies k bytes before the end of the block.</summary>
    private static readonly uint[] Tables = BuildTables();

    /// <summary>CRC of a block of bytes; 0 for an empty block.</summary>
    public static uint Compute(ReadOnlySpan<byte> data) => Append(0, data);

    /// <summary>CRC of everything before, continued by <paramref name="data"/>; start with 0.</summary>
    public static uint Append(uint crc, ReadOnlySpan<byte> data)
    {
        if (Pclmulqdq.IsSupported && data.Length >= FoldMinimumBytes)
            return AppendCarryless(crc, data);
        if (ArmCrc32.Arm64.IsSupported)
            return AppendArm(crc, data);
        return AppendTables(crc, data);
    }

    /// <summary>CRC of a concatenation, from the CRCs of its parts and the length of the second in bytes.</summary>
    /// <remarks>
    /// A CRC followed by n zero bytes is multiplied by x^(8n) modulo the polynomial; by squaring that takes
    /// 2 log2(8n) multiplications, so joining two blocks costs about a microsecond whatever their length.
    /// </remarks>
    public static uint Combine(uint first, uint second, long secondLength)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(secondLength);
        // In reflected order bit 31 is x^0: 0x80000000 is 1 and 0x00800000 is x^8.
        var factor = 0x80000000u;
        var power = 0x00800000u;
        for (var n = (ulong)secondLength; n != 0; n >>= 1)
        {
            if ((n & 1) != 0)
                factor = Multiply(factor, power);
            power = Multiply(power, power);
        }

        return Multiply(first, factor) ^ second;
    }

    /// <summary>Slicing by 16: works on every processor, and is what the other ways are tested against.</summary>
    internal static uint AppendTables(uint crc, ReadOnlySpan<byte> data)
    {
        crc = ~crc;
        ref var tables = ref MemoryMarshal.GetArrayDataReference(Tables);
        while (data.Length >= 16)
        {
            var a = BinaryPrimitives.ReadUInt32LittleEndian(data) ^ crc;
            var b = BinaryPrimitives.ReadUInt32LittleEndian(data[4..]);
            var c = BinaryPrimitives.ReadUInt32LittleEndian(data[8..]);
            var d = BinaryPrimitives.ReadUInt32LittleEndian(data[12..]);
            crc = Slice(ref tables, a, 12) ^ Slice(ref tables, b, 8)
                ^ Slice(ref tables, c, 4) ^ Slice(ref tables, d, 0);
            data = data[16..];
        }

        foreach (var value in data)
            crc = (crc >> 8) ^ Unsafe.Add(ref tables, (nuint)(byte)(crc ^ value));
        return ~crc;
    }

    /// <summary>
    /// Folding by carry-less multiplication after Gopal et al., "Fast CRC Computation for Generic Polynomials Using
    /// PCLMULQDQ" (Intel, 2009), reflected variant: four accumulators fold 64 bytes a round, then 128 bits are
    /// reduced to 64 and by Barrett to 32. Needs at least 64 bytes.
    /// </summary>
    internal static uint AppendCarryless(uint crc, ReadOnlySpan<byte> data)
    {
        // x^(512+64), x^512 / x^(128+64), x^128 modulo the polynomial, bit-reflected (the paper's k1, k2 / k3, k4).
        var by512 = Vector128.Create(0x0154442BD4UL, 0x01C6E41596UL).AsInt64();
        var by128 = Vector128.Create(0x01751997D0UL, 0x00CCAA009EUL).AsInt64();

        ref var start = ref MemoryMarshal.GetReference(data);
        nuint offset = 64;
        var length = (nuint)data.Length;
        var x0 = Load(ref start, 0) ^ Vector128.CreateScalar((long)~crc & 0xFFFFFFFFL);
        var x1 = Load(ref start, 16);
        var x2 = Load(ref start, 32);
        var x3 = Load(ref start, 48);
        for (; length - offset >= 64; offset += 64)
        {
            x0 = Fold(x0, by512) ^ Load(ref start, offset);
            x1 = Fold(x1, by512) ^ Load(ref start, offset + 16);
            x2 = Fold(x2, by512) ^ Load(ref start, offset + 32);
            x3 = Fold(x3, by512) ^ Load(ref start, offset + 48);
        }

        x0 = Fold(x0, by128) ^ x1;
        x0 = Fold(x0, by128) ^ x2;
        x0 = Fold(x0, by128) ^ x3;
        for (; length - offset >= 16; offset += 16)
            x0 = Fold(x0, by128) ^ Load(ref start, offset);
        return AppendTables(~Reduce(x0, by128), data[(int)offset..]);
    }

    /// <summary>128 bits to the 32 of the (not yet inverted) CRC.</summary>
    private static uint Reduce(Vector128<long> x, Vector128<long> by128)
    {
        var low32 = Vector128.Create(0xFFFFFFFFL, 0);
        var by64 = Vector128.Create(0x0163CD6124L, 0);
        var barrett = Vector128.Create(0x01DB710641L, 0x01F7011641L);

        x = Pclmulqdq.CarrylessMultiply(x, by128, 0x10) ^ Sse2.ShiftRightLogical128BitLane(x, 8);
        x = Pclmulqdq.CarrylessMultiply(x & low32, by64, 0x00) ^ Sse2.ShiftRightLogical128BitLane(x, 4);
        var quotient = Pclmulqdq.CarrylessMultiply(x & low32, barrett, 0x10) & low32;
        x ^= Pclmulqdq.CarrylessMultiply(quotient, barrett, 0x00);
        return x.AsUInt32().GetElement(1);
    }

    private static uint AppendArm(uint crc, ReadOnlySpan<byte> data)
    {
        crc = ~crc;
        for (; data.Length >= 8; data = data[8..])
            crc = ArmCrc32.Arm64.ComputeCrc32(crc, BinaryPrimitives.ReadUInt64LittleEndian(data));
        foreach (var value in data)
            crc = ArmCrc32.ComputeCrc32(crc, value);
        return ~crc;
    }

    private static Vector128<long> Load(ref byte start, nuint offset) =>
        Vector128.LoadUnsafe(ref start, offset).AsInt64();

    private static Vector128<long> Fold(Vector128<long> x, Vector128<long> factors) =>
        Pclmulqdq.CarrylessMultiply(x, factors, 0x00) ^ Pclmulqdq.CarrylessMultiply(x, factors, 0x11);

    private static uint Slice(ref uint tables, uint word, nuint table) =>
        Unsafe.Add(ref tables, ((table + 3) * 256) + (byte)word)
        ^ Unsafe.Add(ref tables, ((table + 2) * 256) + (byte)(word >> 8))
        ^ Unsafe.Add(ref tables, ((table + 1) * 256) + (byte)(word >> 16))
        ^ Unsafe.Add(ref tables, (table * 256) + (word >> 24));

    /// <summary>Product of two polynomials of degree below 32 modulo the CRC's, bits reflected.</summary>
    private static uint Multiply(uint a, uint b)
    {
        uint product = 0;
        for (var bit = 0x80000000u; bit != 0; bit >>= 1)
        {
            if ((a & bit) != 0)
                product ^= b;
            b = (b & 1) != 0 ? (b >> 1) ^ Polynomial : b >> 1;
        }

        return product;
    }

    private static uint[] BuildTables()
    {
        var tables = new uint[16 * 256];
        for (uint i = 0; i < 256; i++)
        {
            var value = i;
            for (var bit = 0; bit < 8; bit++)
                value = (value & 1) != 0 ? (value >> 1) ^ Polynomial : value >> 1;
            tables[i] = value;
        }

        for (var i = 256; i < tables.Length; i++)
            tables[i] = (tables[i - 256] >> 8) ^ tables[(byte)tables[i - 256]];
        return tables;
    }
}
