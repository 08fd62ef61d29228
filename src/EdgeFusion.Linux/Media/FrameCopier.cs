using System.Runtime.CompilerServices;
using EdgeFusion.Linux.Interop.GStreamer;
using EdgeFusion.Sensing;

namespace EdgeFusion.Linux.Media;

/// <summary>
/// Copies one mapped video buffer into a ring slot, once: removes row padding, and changes the order of channels or
/// converts NV12 on the way where the source delivers something else than is wanted.
/// </summary>
/// <remarks><b>Threading.</b> One thread. Hot path: allocates nothing but in <see cref="Configure"/>.</remarks>
internal sealed unsafe class FrameCopier
{
    /// <summary>What can be copied, as a caps field, best first.</summary>
    public const string Formats = "format={RGB,BGR,GRAY8,BGRx,RGBx,BGRA,RGBA,NV12}";

    private readonly FrameLayout _layout;
    private SourceFormat _format;
    private YuvMatrix _matrix;
    private GstVideoInfo _info;

    public FrameCopier(FrameLayout layout) => _layout = layout;

    private enum SourceFormat
    {
        None,
        Rgb,
        Bgr,
        Gray,
        Rgbx,
        Bgrx,
        Nv12,
    }

    /// <summary>Takes the format that follows.</summary>
    /// <param name="info">Sizes and default strides.</param>
    /// <param name="format">GStreamer's name of the format.</param>
    /// <returns>Why it cannot be used; null where it can.</returns>
    public string? Configure(in GstVideoInfo info, string format)
    {
        _format = format switch
        {
            "RGB" => SourceFormat.Rgb,
            "BGR" => SourceFormat.Bgr,
            "GRAY8" => SourceFormat.Gray,
            "RGBx" or "RGBA" => SourceFormat.Rgbx,
            "BGRx" or "BGRA" => SourceFormat.Bgrx,
            "NV12" => SourceFormat.Nv12,
            _ => SourceFormat.None,
        };
        _info = info;
        _matrix = YuvMatrix.Of(info.ColourMatrix, info.ColourRange, info.Height);
        if (_format == SourceFormat.None)
        {
            return $"its pixel format is {format}; usable are RGB, BGR, GRAY8, RGBx, BGRx, RGBA, BGRA and NV12";
        }

        return info.Width == _layout.Width && info.Height == _layout.Height
            ? null
            : $"its images are {info.Width} x {info.Height}, the configuration says {_layout.Width} x "
                + $"{_layout.Height}; set width and height, or put a videoscale into the pipeline";
    }

    /// <summary>Copies an image.</summary>
    /// <param name="data">The mapped buffer.</param>
    /// <param name="size">Its bytes.</param>
    /// <param name="meta">Where its planes lie; null = as the format says.</param>
    /// <param name="slot">The ring slot.</param>
    /// <returns>False where the buffer is too small for what it claims.</returns>
    public bool TryCopy(byte* data, nuint size, GstVideoMeta* meta, Span<byte> slot)
    {
        ulong offset = meta is null ? _info.Offset[0] : meta->Offset[0];
        int stride = meta is null ? _info.Stride[0] : meta->Stride[0];
        int rowBytes = _layout.Width * SourceChannels();
        if (!Fits(size, offset, stride, rowBytes, _layout.Height))
        {
            return false;
        }

        byte* source = data + offset;
        if (_format == SourceFormat.Nv12)
        {
            return TryConvertNv12(data, size, meta, new Plane(source, stride), slot);
        }

        if (IsSame())
        {
            CopyRows(source, stride, rowBytes, slot);
            return true;
        }

        for (int row = 0; row < _layout.Height; row++)
        {
            ConvertRow(source + ((long)row * stride), slot.Slice(row * _layout.Width * _layout.Channels));
        }

        return true;
    }

    private static bool Fits(nuint size, ulong offset, int stride, int rowBytes, int rows) =>
        stride >= rowBytes && offset < size
        && (ulong)stride * (ulong)(rows - 1) + (ulong)rowBytes <= (ulong)size - offset;

    private int SourceChannels() => _format switch
    {
        SourceFormat.Rgb or SourceFormat.Bgr => 3,
        SourceFormat.Rgbx or SourceFormat.Bgrx => 4,
        _ => 1,
    };

    private bool IsSame() => (_format, _layout.Format) is (SourceFormat.Rgb, PixelFormat.Rgb8)
        or (SourceFormat.Bgr, PixelFormat.Bgr8) or (SourceFormat.Gray, PixelFormat.Gray8);

    private void CopyRows(byte* source, int stride, int rowBytes, Span<byte> slot)
    {
        if (stride == rowBytes)
        {
            new ReadOnlySpan<byte>(source, rowBytes * _layout.Height).CopyTo(slot);
            return;
        }

        for (int row = 0; row < _layout.Height; row++)
        {
            new ReadOnlySpan<byte>(source + ((long)row * stride), rowBytes).CopyTo(slot[(row * rowBytes)..]);
        }
    }

    private void ConvertRow(byte* source, Span<byte> row)
    {
        int step = SourceChannels();
        bool isBlueFirst = _format is SourceFormat.Bgr or SourceFormat.Bgrx;
        int red = step == 1 ? 0 : isBlueFirst ? 2 : 0;
        int green = step == 1 ? 0 : 1;
        int blue = step == 1 ? 0 : isBlueFirst ? 0 : 2;
        fixed (byte* start = row)
        {
            byte* to = start;
            for (int x = 0; x < _layout.Width; x++, source += step)
            {
                to = Store(to, source[red], source[green], source[blue]);
            }
        }
    }

    /// <summary>Writes one pixel in the wanted format; the byte after it.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private byte* Store(byte* to, int red, int green, int blue)
    {
        switch (_layout.Format)
        {
            case PixelFormat.Rgb8:
                to[0] = (byte)red;
                to[1] = (byte)green;
                to[2] = (byte)blue;
                return to + 3;
            case PixelFormat.Bgr8:
                to[0] = (byte)blue;
                to[1] = (byte)green;
                to[2] = (byte)red;
                return to + 3;
            default:
                // BT.601 luma in 1/256: 0.299, 0.587, 0.114.
                to[0] = (byte)(((77 * red) + (150 * green) + (29 * blue) + 128) >> 8);
                return to + 1;
        }
    }

    private bool TryConvertNv12(byte* data, nuint size, GstVideoMeta* meta, Plane luma, Span<byte> slot)
    {
        ulong offset = meta is null ? _info.Offset[1] : meta->Offset[1];
        int stride = meta is null ? _info.Stride[1] : meta->Stride[1];
        int pairs = (_layout.Width + 1) / 2;
        int rows = (_layout.Height + 1) / 2;
        if (!Fits(size, offset, stride, 2 * pairs, rows))
        {
            return false;
        }

        fixed (byte* start = slot)
        {
            byte* to = start;
            for (int row = 0; row < _layout.Height; row++)
            {
                byte* y = luma.Start + ((long)row * luma.Stride);
                byte* uv = data + offset + ((long)(row / 2) * stride);
                to = _layout.Format == PixelFormat.Gray8 ? LumaRow(y, to) : ColourRow(y, uv, to);
            }
        }

        return true;
    }

    private byte* LumaRow(byte* y, byte* to)
    {
        for (int x = 0; x < _layout.Width; x++)
        {
            *to++ = _matrix.Luma(y[x]);
        }

        return to;
    }

    private byte* ColourRow(byte* y, byte* uv, byte* to)
    {
        for (int x = 0; x < _layout.Width; x++)
        {
            byte* chroma = uv + (x & ~1);
            _matrix.Convert(y[x], chroma[0], chroma[1], out int red, out int green, out int blue);
            to = Store(to, red, green, blue);
        }

        return to;
    }

    private readonly struct Plane(byte* start, int stride)
    {
        public readonly byte* Start = start;
        public readonly int Stride = stride;
    }
}
