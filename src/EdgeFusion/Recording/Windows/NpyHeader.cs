using System.Buffers.Binary;
using System.Text;

namespace EdgeFusion.Recording.Windows;

/// <summary>Header of an NPY file, format version 1.0 (numpy.lib.format).</summary>
internal static class NpyHeader
{
    private const int Alignment = 64;
    private const int FixedBytes = 10;

    public static byte[] Bytes(string descriptor, string shape)
    {
        string text = $"{{'descr': '{descriptor}', 'fortran_order': False, 'shape': {shape}, }}";
        int length = (FixedBytes + text.Length + 1 + Alignment - 1) / Alignment * Alignment;
        var header = new byte[length];
        header[0] = 0x93;
        "NUMPY"u8.CopyTo(header.AsSpan(1));
        header[6] = 1;
        header[7] = 0;
        BinaryPrimitives.WriteUInt16LittleEndian(header.AsSpan(8), (ushort)(length - FixedBytes));
        header.AsSpan(FixedBytes).Fill((byte)' ');
        Encoding.ASCII.GetBytes(text, header.AsSpan(FixedBytes));
        header[^1] = (byte)'\n';
        return header;
    }
}
