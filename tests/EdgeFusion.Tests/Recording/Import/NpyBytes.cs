using System.Runtime.InteropServices;
using System.Text;

namespace EdgeFusion.Tests.Recording.Import;

/// <summary>Makes .npy files as NumPy writes them.</summary>
internal static class NpyBytes
{
    public static byte[] Of<T>(string descr, string shape, T[] values, byte version = 1, bool isFortran = false)
        where T : unmanaged
    {
        string text =
            $"{{'descr': '{descr}', 'fortran_order': {(isFortran ? "True" : "False")}, 'shape': ({shape}), }}\n";
        byte[] header = Encoding.UTF8.GetBytes(text);
        byte[] length = version == 1
            ? BitConverter.GetBytes((ushort)header.Length)
            : BitConverter.GetBytes((uint)header.Length);
        return
        [
            0x93, .. "NUMPY"u8, version, 0, .. length, .. header,
            .. MemoryMarshal.AsBytes<T>(values),
        ];
    }
}
