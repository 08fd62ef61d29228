using System.Buffers.Binary;
using EdgeFusion.Sensing;

namespace EdgeFusion.Recording;

/// <summary>Kinds of image files that recordings hold.</summary>
public enum ImageFileKind
{
    /// <summary>JPEG, baseline or progressive.</summary>
    Jpeg,

    /// <summary>PNG.</summary>
    Png,
}

/// <summary>Size and colour of an image file, read from its first bytes without decoding it.</summary>
/// <param name="Kind">JPEG or PNG.</param>
/// <param name="Width">Width in pixels, 1..16384.</param>
/// <param name="Height">Height in pixels, 1..16384.</param>
/// <param name="IsGray">Whether it has no colour.</param>
public readonly record struct ImageFileHeader(ImageFileKind Kind, int Width, int Height, bool IsGray)
{
    private const byte Marker = 0xff;
    private const byte StartOfScan = 0xda;
    private const byte EndOfImage = 0xd9;

    /// <summary>Signature, IHDR length and name, width, height, depth, colour type.</summary>
    private const int PngHeaderBytes = 8 + 8 + 10;

    /// <summary>Reads the header.</summary>
    /// <param name="file">The file or at least its start.</param>
    /// <param name="what">File or topic, for errors.</param>
    /// <exception cref="RecordingException">
    /// Neither JPEG nor PNG, cut short, or more than 64 Mi pixels: refused before anything is decoded.
    /// </exception>
    public static ImageFileHeader Read(ReadOnlySpan<byte> file, string what)
    {
        ImageFileHeader header;
        if (IsJpeg(file))
        {
            header = ReadJpeg(file, what);
        }
        else if (IsPng(file))
        {
            header = ReadPng(file, what);
        }
        else
        {
            throw new RecordingException(
                $"Cannot read the image of {what}: it is neither JPEG nor PNG. Convert it to one of them.");
        }

        bool fits = header.Width is >= 1 and <= SampleLimits.ImageExtent
            && header.Height is >= 1 and <= SampleLimits.ImageExtent
            && (long)header.Width * header.Height <= SampleLimits.ImagePixels;
        return fits ? header : throw new RecordingException(
            $"Cannot read the image of {what}: its header says {header.Width} x {header.Height} pixels; supported are "
            + $"1..{SampleLimits.ImageExtent} each way and {SampleLimits.ImagePixels} together. Scale it down.");
    }

    /// <summary>The layout that keeps everything the image has.</summary>
    public FrameLayout ToLayout() => new(Width, Height, IsGray ? PixelFormat.Gray8 : PixelFormat.Rgb8);

    private static ReadOnlySpan<byte> PngSignature => [0x89, (byte)'P', (byte)'N', (byte)'G', 0x0d, 0x0a, 0x1a, 0x0a];

    private static bool IsPng(ReadOnlySpan<byte> file) => file.StartsWith(PngSignature);

    private static bool IsJpeg(ReadOnlySpan<byte> file) => file.Length >= 2 && file[0] == Marker && file[1] == 0xd8;

    private static ImageFileHeader ReadPng(ReadOnlySpan<byte> file, string what)
    {
        if (file.Length < PngHeaderBytes || !file.Slice(12, 4).SequenceEqual("IHDR"u8))
        {
            throw Damaged(what, "PNG without IHDR");
        }

        uint width = BinaryPrimitives.ReadUInt32BigEndian(file[16..]);
        uint height = BinaryPrimitives.ReadUInt32BigEndian(file[20..]);
        byte colourType = file[25];

        // Bit 1 of the colour type says "uses colour"; a palette has it too.
        return new ImageFileHeader(ImageFileKind.Png, Clamp(width), Clamp(height), (colourType & 2) == 0);
    }

    private static ImageFileHeader ReadJpeg(ReadOnlySpan<byte> file, string what)
    {
        int offset = 2;
        while (offset + 4 <= file.Length)
        {
            if (file[offset] != Marker)
            {
                throw Damaged(what, $"JPEG without a marker at byte {offset}");
            }

            byte marker = file[offset + 1];
            if (marker is Marker)
            {
                offset++; // Fill byte.
                continue;
            }

            if (marker is StartOfScan or EndOfImage)
            {
                break;
            }

            int length = BinaryPrimitives.ReadUInt16BigEndian(file[(offset + 2)..]);
            if (IsFrameHeader(marker) && length >= 8 && offset + 10 <= file.Length)
            {
                int height = BinaryPrimitives.ReadUInt16BigEndian(file[(offset + 5)..]);
                int width = BinaryPrimitives.ReadUInt16BigEndian(file[(offset + 7)..]);
                return new ImageFileHeader(ImageFileKind.Jpeg, width, height, file[offset + 9] == 1);
            }

            offset += 2 + length;
        }

        throw Damaged(what, "JPEG without a frame header");
    }

    // SOF0..SOF15 without DHT (C4), JPG (C8) and DAC (CC).
    private static bool IsFrameHeader(byte marker) => marker is >= 0xc0 and <= 0xcf and not (0xc4 or 0xc8 or 0xcc);

    private static int Clamp(uint value) => (int)Math.Min(value, int.MaxValue);

    private static RecordingException Damaged(string what, string why) => new(
        $"Cannot read the image of {what}: {why}. The file is damaged or cut short.");
}
