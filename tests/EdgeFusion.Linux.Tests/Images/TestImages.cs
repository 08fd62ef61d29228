using System.Buffers.Binary;
using System.IO.Compression;
using System.Runtime.InteropServices;
using EdgeFusion.Linux.Interop.TurboJpeg;

namespace EdgeFusion.Linux.Tests.Images;

/// <summary>Image files made in the test.</summary>
internal static class TestImages
{
    /// <summary>TJSAMP_444: colour at full resolution.</summary>
    private const int FullColour = 0;

    public static byte[] Gradient(int width, int height)
    {
        byte[] pixels = new byte[width * height * 3];
        for (int i = 0; i < width * height; i++)
        {
            pixels[i * 3] = (byte)(i % width * 255 / width);
            pixels[(i * 3) + 1] = (byte)(i / width * 255 / height);
            pixels[(i * 3) + 2] = 128;
        }

        return pixels;
    }

    public static byte[] Jpeg(byte[] pixels, int width, int height)
    {
        nint handle = InitCompress();
        nint file = 0;
        nuint length = 0;
        int result = Compress(
            handle, pixels, width, width * 3, height, pixelFormat: 0, ref file, ref length, FullColour, quality: 95, 0);
        Xunit.Assert.Equal(0, result);
        byte[] copy = new byte[length];
        Marshal.Copy(file, copy, 0, copy.Length);
        Free(file);
        Xunit.Assert.Equal(0, Destroy(handle));
        return copy;
    }

    /// <summary>A PNG with 8 bits per channel and no row filters.</summary>
    public static byte[] Png(byte[] pixels, int width, int height, byte colourType)
    {
        using var file = new MemoryStream();
        file.Write([0x89, (byte)'P', (byte)'N', (byte)'G', 0x0d, 0x0a, 0x1a, 0x0a]);
        byte[] header = new byte[13];
        BinaryPrimitives.WriteInt32BigEndian(header, width);
        BinaryPrimitives.WriteInt32BigEndian(header.AsSpan(4), height);
        header[8] = 8;
        header[9] = colourType;
        Chunk(file, "IHDR"u8, header);
        using var data = new MemoryStream();
        using (var zlib = new ZLibStream(data, CompressionLevel.Optimal, leaveOpen: true))
        {
            int rowBytes = pixels.Length / height;
            for (int row = 0; row < height; row++)
            {
                zlib.WriteByte(0);
                zlib.Write(pixels, row * rowBytes, rowBytes);
            }
        }

        Chunk(file, "IDAT"u8, data.ToArray());
        Chunk(file, "IEND"u8, []);
        return file.ToArray();
    }

    private static void Chunk(MemoryStream file, ReadOnlySpan<byte> name, ReadOnlySpan<byte> data)
    {
        byte[] body = [.. name, .. data];
        Span<byte> number = stackalloc byte[4];
        BinaryPrimitives.WriteInt32BigEndian(number, data.Length);
        file.Write(number);
        file.Write(body);
        BinaryPrimitives.WriteUInt32BigEndian(number, Crc(body));
        file.Write(number);
    }

    private static uint Crc(ReadOnlySpan<byte> data)
    {
        uint crc = uint.MaxValue;
        foreach (byte value in data)
        {
            crc ^= value;
            for (int bit = 0; bit < 8; bit++)
            {
                crc = (crc & 1) != 0 ? (crc >> 1) ^ 0xedb88320 : crc >> 1;
            }
        }

        return ~crc;
    }

    // Only tests make JPEG images, so the product has no imports for it.
    [DllImport(LibTurboJpeg.Library, EntryPoint = "tjInitCompress")]
    private static extern nint InitCompress();

    [DllImport(LibTurboJpeg.Library, EntryPoint = "tjCompress2")]
    private static extern int Compress(
        nint handle, byte[] pixels, int width, int pitch, int height, int pixelFormat, ref nint jpeg, ref nuint length,
        int subsampling, int quality, int flags);

    [DllImport(LibTurboJpeg.Library, EntryPoint = "tjFree")]
    private static extern void Free(nint jpeg);

    [DllImport(LibTurboJpeg.Library, EntryPoint = "tjDestroy")]
    private static extern int Destroy(nint handle);
}
