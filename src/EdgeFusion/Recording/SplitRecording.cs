using EdgeFusion.Models;
using EdgeFusion.Sensing;
using EdgeFusion.Time;

namespace EdgeFusion.Recording;

/// <summary>
/// A recording in files that follow each other, each complete in itself, within the limits of a disk. A file that
/// ends on time is whole: no sample is lost or repeated between two of them.
/// </summary>
/// <remarks><b>Threading.</b> One thread at a time. Allocates when a file begins, not per sample.</remarks>
public sealed class SplitRecording : IRecordingOutput
{
    private readonly Func<int, RecordingWriter> _open;
    private readonly SplitRecordingOptions _options;
    private readonly RecordingRetention? _retention;
    private readonly List<SensorInfo> _sensors = [];
    private ModelManifest? _manifest;
    private RecordingWriter? _file;
    private long _bytesBefore;
    private Timestamp? _checkedAt;
    private Timestamp? _openedAt;
    private Timestamp _now = Timestamp.MinValue;

    /// <summary>Prepares a recording; the first file is created with the first message.</summary>
    /// <param name="open">Creates the file of a part, counted from 0.</param>
    /// <param name="options">When the next file begins.</param>
    /// <param name="retention">Limits of the disk; null for none.</param>
    public SplitRecording(
        Func<int, RecordingWriter> open, SplitRecordingOptions options, RecordingRetention? retention = null)
    {
        ArgumentNullException.ThrowIfNull(open);
        ArgumentNullException.ThrowIfNull(options);
        _open = open;
        _options = options;
        _retention = retention;
    }

    /// <inheritdoc/>
    public long BytesWritten => _bytesBefore + (_file?.BytesWritten ?? 0);

    /// <inheritdoc/>
    public string? Refusal { get; private set; }

    /// <summary>Files begun so far.</summary>
    public int Parts { get; private set; }

    /// <inheritdoc/>
    public int AddSensor(SensorInfo info, Timestamp now)
    {
        ArgumentNullException.ThrowIfNull(info);
        _now = now;
        _sensors.Add(info);
        return _sensors.Count - 1;
    }

    /// <inheritdoc/>
    public void AddModel(ModelManifest manifest) => _manifest = manifest;

    /// <inheritdoc/>
    public void WriteSample(int sensor, in SampleHeader header, ReadOnlySpan<byte> payload) =>
        Current().WriteSample(sensor, header, payload);

    /// <inheritdoc/>
    public void WriteEvent(
        RecordingEvent kind, long sequence, Timestamp at, Timestamp about, ReadOnlySpan<byte> json) =>
        Current().WriteEvent(kind, sequence, at, about, json);

    /// <inheritdoc/>
    public void Maintain(Timestamp now)
    {
        _now = now;
        CheckDisk(now);
        if (_file is null)
        {
            return;
        }

        if (Refusal is not null || IsFull(_file, now))
        {
            Close();
            return;
        }

        _file.Maintain(now);
    }

    /// <inheritdoc/>
    public int DiscardPending() => _file?.DiscardPending() ?? 0;

    /// <inheritdoc/>
    public void Finish() => Close();

    /// <inheritdoc/>
    public void Dispose() => _file?.Dispose();

    private bool IsFull(RecordingWriter file, Timestamp now) =>
        (_options.MaxBytes > 0 && file.BytesWritten >= _options.MaxBytes)
        || (_options.MaxDuration > TimeSpan.Zero && _openedAt is { } begin
            && now.NanosecondsSince(begin) >= _options.MaxDuration.Ticks * 100);

    private void CheckDisk(Timestamp now)
    {
        if (_retention is null
            || (_checkedAt is { } last && now.NanosecondsSince(last) < _options.CheckEvery.Ticks * 100))
        {
            return;
        }

        _checkedAt = now;
        Refusal = _retention.Check(_file?.BytesWritten ?? 0);
    }

    private RecordingWriter Current() => _file ?? Begin();

    private RecordingWriter Begin()
    {
        RecordingWriter file = _open(Parts).Begin(_sensors, _manifest, _now);
        Parts++;
        _openedAt = _now;
        _file = file;
        return file;
    }

    private void Close()
    {
        if (_file is not { } file)
        {
            return;
        }

        // Where completing it fails, the file stays open and the next round tries again.
        file.Finish();
        _bytesBefore += file.BytesWritten;
        _file = null;
        file.Dispose();
    }
}
