using System.Globalization;
using EdgeFusion.Sensing;
using EdgeFusion.Time;

namespace EdgeFusion.Recording.Import;

/// <summary>A folder of JPEG or PNG files as frames; the files go into the recording as they are.</summary>
internal sealed class ImageCursor : SegmentCursor
{
    /// <summary>Largest image file: 32 MiB, half of the largest record that a reader accepts.</summary>
    private const int MostFileBytes = 32 << 20;

    private readonly List<(string File, long Number)> _files = [];
    private readonly MapStream _stream;
    private readonly ImportFolder _folder;
    private readonly FrameLayout _layout;
    private byte[] _file = [];
    private int _next;

    public ImageCursor(MapStream stream, ImportFolder folder, Segment segment)
    {
        _stream = stream;
        _folder = folder;
        Collect(segment);
        _layout = Read(0).ToLayout() with { Format = PixelFormat.Rgb8 };
        Info = new SensorInfo
        {
            Name = stream.Name,
            Modality = stream.Modality,
            RateHz = stream.RateHz,
            Jitter = stream.Jitter,
            Layout = _layout,
        };
    }

    public override SensorInfo Info { get; }

    public override bool IsCompressed => true;

    public override ReadOnlySpan<byte> Payload => _file;

    public override bool MoveNext()
    {
        if (_next == _files.Count)
        {
            return false;
        }

        ImageFileHeader header = Read(_next);
        if (header.Width != _layout.Width || header.Height != _layout.Height)
        {
            throw ImportFault.Data(
                $"'{_files[_next].File}'", $"it has {header.Width} x {header.Height} pixels, the first image "
                + $"{_layout.Width} x {_layout.Height}", "Scale the images to one size.");
        }

        long number = _files[_next].Number - _stream.Time.First;
        Nanoseconds = _stream.Time.OffsetNanoseconds
            + (long)Math.Round(number * (double)Timestamp.NanosecondsPerSecond / _stream.RateHz);
        _next++;
        return true;
    }

    public override void Dispose()
    {
    }

    private ImageFileHeader Read(int index)
    {
        _file = _folder.ReadAll(_files[index].File, MostFileBytes);
        return ImageFileHeader.Read(_file, $"'{_files[index].File}'");
    }

    private void Collect(Segment segment)
    {
        var pattern = new FilePattern(_stream.Source.File, segment);
        int place = -1;
        for (int i = 0; i < pattern.Names.Count; i++)
        {
            place = pattern.Names[i] == _stream.Time.Number ? i : place;
        }

        foreach (string file in _folder.Files)
        {
            if (pattern.Match(file) is not { } values)
            {
                continue;
            }

            long number = _files.Count + _stream.Time.First;
            bool isNumber = place < 0
                || long.TryParse(values[place], NumberStyles.None, CultureInfo.InvariantCulture, out number);
            _files.Add(isNumber ? (file, number) : throw ImportFault.Data(
                $"'{file}'", $"'{values[place]}' is not a number", "Check the map's file pattern."));
        }

        _files.Sort((a, b) => a.Number.CompareTo(b.Number));
        if (_files.Count == 0)
        {
            throw ImportFault.Data(
                $"segment {segment}", $"no file is named '{_stream.Source.File}'", "Check the folder and the map.");
        }
    }
}
