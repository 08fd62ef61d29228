namespace EdgeFusion.Recording;

/// <summary>Sizes beyond which a recorded sample is taken for damage rather than data.</summary>
internal static class SampleLimits
{
    /// <summary>Largest width or height of an image, as <see cref="Sensing.FrameLayout"/> says.</summary>
    public const int ImageExtent = 16384;

    /// <summary>Most pixels of a compressed image: 64 Mi, that is 8192 x 8192. Checked before decoding.</summary>
    public const long ImagePixels = 64L << 20;

    /// <summary>Most audio channels, as <see cref="Sensing.AudioLayout"/> says.</summary>
    public const int AudioChannels = 64;

    /// <summary>Largest audio rate in Hz; 768 kHz is the fastest converter rate in use.</summary>
    public const int AudioRateHz = 768_000;

    /// <summary>Largest sample in bytes: 1 GiB, above the largest legal image (16384 x 16384 x 3 = 805 MB).</summary>
    public const int SampleBytes = 1 << 30;

    /// <summary>Most elements of a vector, names of joints included.</summary>
    public const int VectorElements = 65_536;
}
