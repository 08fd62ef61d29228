using System.Runtime.InteropServices;

namespace EdgeFusion.Linux.Interop.GStreamer;

/// <summary>GstState.</summary>
internal enum GstState
{
    Null = 1,
    Ready = 2,
    Paused = 3,
    Playing = 4,
}

/// <summary>GstStateChangeReturn.</summary>
internal enum GstStateChange
{
    Failure = 0,
    Success = 1,
    Async = 2,
    NoPreroll = 3,
}

/// <summary>Of GstMessageType what we look at.</summary>
[Flags]
internal enum GstMessageType
{
    EndOfStream = 1,
    Error = 1 << 1,
    Element = 1 << 15,
    Progress = 1 << 25,
}

/// <summary>GstMapInfo of gst/gstmemory.h, 64-bit.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct GstMapInfo
{
    public const int Read = 1;
    public const int Write = 2;

    public nint Memory;
    public int Flags;
    public byte* Data;
    public nuint Size;
    public nuint MaxSize;
    private fixed long _reserved[8];
}

/// <summary>The head of GstBuffer of gst/gstbuffer.h, 64-bit; a GstMiniObject takes the first 64 bytes.</summary>
[StructLayout(LayoutKind.Explicit)]
internal struct GstBufferHead
{
    /// <summary>GST_CLOCK_TIME_NONE.</summary>
    public const ulong NoTime = ulong.MaxValue;

    /// <summary>GST_BUFFER_FLAG_DISCONT.</summary>
    public const uint Discontinuity = 1 << 6;

    /// <summary>GST_BUFFER_FLAG_CORRUPTED.</summary>
    public const uint Corrupted = 1 << 8;

    /// <summary>GST_BUFFER_FLAG_GAP: made-up silence.</summary>
    public const uint Gap = 1 << 11;

    [FieldOffset(72)]
    public ulong PresentationTime;

    [FieldOffset(80)]
    public ulong DecodingTime;

    [FieldOffset(88)]
    public ulong Duration;
}

/// <summary>GstVideoInfo of gst/video/video-info.h, 64-bit: 120 bytes and room for what it may still grow by.</summary>
[StructLayout(LayoutKind.Explicit, Size = 256)]
internal unsafe struct GstVideoInfo
{
    /// <summary>GstVideoFormatInfo, whose first member is the format's number.</summary>
    [FieldOffset(0)]
    public int* Format;

    [FieldOffset(16)]
    public int Width;

    [FieldOffset(20)]
    public int Height;

    [FieldOffset(24)]
    public nuint Size;

    [FieldOffset(40)]
    public int ColourRange;

    [FieldOffset(44)]
    public int ColourMatrix;

    [FieldOffset(72)]
    public fixed ulong Offset[4];

    [FieldOffset(104)]
    public fixed int Stride[4];
}

/// <summary>GstVideoMeta of gst/video/gstvideometa.h, 64-bit.</summary>
[StructLayout(LayoutKind.Explicit)]
internal unsafe struct GstVideoMeta
{
    [FieldOffset(36)]
    public uint Width;

    [FieldOffset(40)]
    public uint Height;

    [FieldOffset(44)]
    public uint Planes;

    [FieldOffset(48)]
    public fixed ulong Offset[4];

    [FieldOffset(80)]
    public fixed int Stride[4];
}
