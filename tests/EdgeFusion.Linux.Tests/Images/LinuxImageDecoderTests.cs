using System.Runtime.CompilerServices;
using EdgeFusion.Linux.Images;
using EdgeFusion.Linux.Interop.Png;
using EdgeFusion.Recording;
using EdgeFusion.Sensing;
using EdgeFusion.Testing;
using Xunit;

namespace EdgeFusion.Linux.Tests.Images;

public sealed class LinuxImageDecoderTests
{
    private const string Jpeg = "libturbojpeg.so.0";
    private const string Png = "libpng16.so.16";

    [NeedsLibraryFact(Jpeg)]
    public void A_jpeg_comes_back_close_to_its_pixels()
    {
        byte[] pixels = TestImages.Gradient(48, 32);
        byte[] file = TestImages.Jpeg(pixels, 48, 32);

        byte[] decoded = Decode(file, PixelFormat.Rgb8);

        Assert.Equal(
            new ImageFileHeader(ImageFileKind.Jpeg, 48, 32, IsGray: false), ImageFileHeader.Read(file, "test"));
        Assert.True(LargestDifference(pixels, decoded) <= 12);
    }

    [NeedsLibraryFact(Jpeg)]
    public void A_jpeg_can_come_out_blue_first_or_gray()
    {
        byte[] file = TestImages.Jpeg(TestImages.Gradient(16, 16), 16, 16);

        byte[] rgb = Decode(file, PixelFormat.Rgb8);
        byte[] bgr = Decode(file, PixelFormat.Bgr8);
        byte[] gray = Decode(file, PixelFormat.Gray8);

        Assert.Equal((rgb[0], rgb[1], rgb[2]), (bgr[2], bgr[1], bgr[0]));
        Assert.Equal(16 * 16, gray.Length);
    }

    [NeedsLibraryFact(Jpeg)]
    public void A_jpeg_cut_short_is_refused_and_the_next_one_is_not()
    {
        byte[] file = TestImages.Jpeg(TestImages.Gradient(64, 64), 64, 64);
        using var decoder = new LinuxImageDecoder();
        ImageFileHeader header = ImageFileHeader.Read(file, "test");
        byte[] pixels = new byte[64 * 64 * 3];

        Assert.Throws<RecordingException>(
            () => decoder.Decode(header, file.AsSpan(0, file.Length / 2), header.ToLayout(), pixels));

        decoder.Decode(header, file, header.ToLayout(), pixels);
    }

    [NeedsLibraryFact(Jpeg)]
    public void A_jpeg_whose_header_lies_about_its_size_is_refused()
    {
        byte[] file = TestImages.Jpeg(TestImages.Gradient(16, 16), 16, 16);
        using var decoder = new LinuxImageDecoder();
        var layout = new FrameLayout(8, 8, PixelFormat.Rgb8);

        Assert.Throws<RecordingException>(() => decoder.Decode(
            new ImageFileHeader(ImageFileKind.Jpeg, 8, 8, false), file, layout, new byte[layout.MaxSampleBytes]));
    }

    [NeedsLibraryFact(Jpeg)]
    public void Decoding_a_jpeg_allocates_nothing()
    {
        byte[] file = TestImages.Jpeg(TestImages.Gradient(32, 32), 32, 32);
        using var decoder = new LinuxImageDecoder();
        ImageFileHeader header = ImageFileHeader.Read(file, "test");
        FrameLayout layout = header.ToLayout();
        byte[] pixels = new byte[layout.MaxSampleBytes];

        // A collection on another thread can move the counter, so the best of some rounds counts.
        long least = long.MaxValue;
        for (int round = 0; round < 10; round++)
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            for (int i = 0; i < 20; i++)
            {
                decoder.Decode(header, file, layout, pixels);
            }

            least = Math.Min(least, GC.GetAllocatedBytesForCurrentThread() - before);
        }

        Assert.Equal(0, least);
    }

    [NeedsLibraryFact(Png)]
    public void A_png_comes_back_exactly()
    {
        byte[] pixels = TestImages.Gradient(7, 5);
        byte[] file = TestImages.Png(pixels, 7, 5, colourType: 2);

        byte[] decoded = Decode(file, PixelFormat.Rgb8);

        Assert.Equal(new ImageFileHeader(ImageFileKind.Png, 7, 5, IsGray: false), ImageFileHeader.Read(file, "test"));
        Assert.Equal(pixels, decoded);
    }

    [NeedsLibraryFact(Png)]
    public void A_gray_png_comes_back_exactly_and_says_that_it_is_gray()
    {
        byte[] pixels = [0, 64, 128, 255];
        byte[] file = TestImages.Png(pixels, 2, 2, colourType: 0);

        Assert.Equal(pixels, Decode(file, PixelFormat.Gray8));
        Assert.True(ImageFileHeader.Read(file, "test").IsGray);
    }

    [NeedsLibraryFact(Png)]
    public void A_transparent_png_is_put_on_black()
    {
        byte[] file = TestImages.Png([200, 100, 50, 0, 200, 100, 50, 255], 2, 1, colourType: 6);

        Assert.Equal([0, 0, 0, 200, 100, 50], Decode(file, PixelFormat.Rgb8));
    }

    [NeedsLibraryFact(Png)]
    public void A_png_cut_anywhere_is_refused()
    {
        byte[] file = TestImages.Png(TestImages.Gradient(4, 4), 4, 4, colourType: 2);
        using var decoder = new LinuxImageDecoder();
        ImageFileHeader header = ImageFileHeader.Read(file, "test");
        byte[] pixels = new byte[header.ToLayout().MaxSampleBytes];

        // The last 12 bytes are the end chunk, which holds no pixels.
        for (int length = 0; length < file.Length - 12; length += 7)
        {
            byte[] cut = file[..length];
            Assert.Throws<RecordingException>(() => decoder.Decode(header, cut, header.ToLayout(), pixels));
        }
    }

    [Fact]
    public void The_struct_shared_with_libpng_has_its_size_and_offsets()
    {
        PngImage image = default;
        ref byte start = ref Unsafe.As<PngImage, byte>(ref image);

        Assert.Equal(104, Unsafe.SizeOf<PngImage>());
        Assert.Equal(8, Unsafe.ByteOffset(ref start, ref Unsafe.As<uint, byte>(ref image.Version)));
        Assert.Equal(12, Unsafe.ByteOffset(ref start, ref Unsafe.As<uint, byte>(ref image.Width)));
        Assert.Equal(32, Unsafe.ByteOffset(ref start, ref Unsafe.As<uint, byte>(ref image.WarningOrError)));
    }

    private static byte[] Decode(byte[] file, PixelFormat format)
    {
        using var decoder = new LinuxImageDecoder();
        ImageFileHeader header = ImageFileHeader.Read(file, "test");
        FrameLayout layout = header.ToLayout() with { Format = format };
        byte[] pixels = new byte[layout.MaxSampleBytes];
        decoder.Decode(header, file, layout, pixels);
        return pixels;
    }

    private static int LargestDifference(byte[] left, byte[] right) =>
        left.Zip(right, (a, b) => Math.Abs(a - b)).Max();
}
