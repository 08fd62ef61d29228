using System.Runtime.CompilerServices;

namespace EdgeFusion.Linux.Media;

/// <summary>Y'CbCr to R'G'B' in 16.16 fixed point, by matrix (BT.601, BT.709) and range (full, limited).</summary>
internal readonly struct YuvMatrix
{
    /// <summary>GST_VIDEO_COLOR_MATRIX_BT709.</summary>
    public const int Bt709 = 3;

    /// <summary>GST_VIDEO_COLOR_MATRIX_BT601.</summary>
    public const int Bt601 = 4;

    /// <summary>GST_VIDEO_COLOR_RANGE_0_255.</summary>
    public const int FullRange = 1;

    private const int Shift = 16;
    private const double One = 1 << Shift;
    private const int Half = 1 << (Shift - 1);

    private readonly int _black;
    private readonly int _luma;
    private readonly int _redCr;
    private readonly int _greenCb;
    private readonly int _greenCr;
    private readonly int _blueCb;

    private YuvMatrix(double kr, double kb, bool isFull)
    {
        // Limited range: luma 16..235, chroma 16..240.
        double lumaScale = isFull ? 1 : 255.0 / 219;
        double chromaScale = isFull ? 1 : 255.0 / 224;
        double kg = 1 - kr - kb;
        _black = isFull ? 0 : 16;
        _luma = (int)Math.Round(lumaScale * One);
        _redCr = (int)Math.Round(2 * (1 - kr) * chromaScale * One);
        _blueCb = (int)Math.Round(2 * (1 - kb) * chromaScale * One);
        _greenCb = (int)Math.Round(-2 * kb * (1 - kb) / kg * chromaScale * One);
        _greenCr = (int)Math.Round(-2 * kr * (1 - kr) / kg * chromaScale * One);
    }

    /// <summary>The matrix that a source names; unknown: BT.709 from 720 lines on, else BT.601, limited.</summary>
    public static YuvMatrix Of(int matrix, int range, int height)
    {
        const int HighDefinition = 720;
        bool is709 = matrix == Bt709 || (matrix != Bt601 && height >= HighDefinition);
        bool isFull = range == FullRange;
        return is709 ? new YuvMatrix(0.2126, 0.0722, isFull) : new YuvMatrix(0.299, 0.114, isFull);
    }

    /// <summary>Luma at full range.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public byte Luma(int y) => Clamp((((y - _black) * _luma) + Half) >> Shift);

    /// <summary>One pixel.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Convert(int y, int cb, int cr, out int red, out int green, out int blue)
    {
        int luma = ((y - _black) * _luma) + Half;
        cb -= 128;
        cr -= 128;
        red = Clamp((luma + (_redCr * cr)) >> Shift);
        green = Clamp((luma + (_greenCb * cb) + (_greenCr * cr)) >> Shift);
        blue = Clamp((luma + (_blueCb * cb)) >> Shift);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static byte Clamp(int value) => (byte)Math.Clamp(value, 0, 255);
}
