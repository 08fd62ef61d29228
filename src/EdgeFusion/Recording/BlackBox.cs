using System.Buffers;
using System.Collections.Concurrent;
using System.Text.Json;
using EdgeFusion.Models;
using EdgeFusion.Sensing;
using EdgeFusion.Time;

namespace EdgeFusion.Recording;

/// <summary>
/// Keeps the last seconds of everything in memory and writes them, with what follows, when something happens. Triggers
/// that overlap make one file.
/// </summary>
/// <remarks>
/// <b>Threading.</b> <see cref="Trigger"/> from any thread; everything else from the recorder's. <b>Bounds.</b> One
/// block of memory; when it is full the oldest goes, while a file is written it is written first. Allocates nothing
/// per sample.
/// </remarks>
public sealed class BlackBox : IRecordingOutput
{
    /// <summary>Bytes written per round, so that rings are read in between: 8 MiB take some 30 ms.</summary>
    private const long BytesPerRound = 8 << 20;

    /// <summary>Triggers that wait; more at a time say nothing new.</summary>
    private const int MaxWaiting = 64;

    private readonly Func<int, string, RecordingWriter> _open;
    private readonly BlackBoxOptions _options;
    private readonly RecordingRetention? _retention;
    private readonly EntryRing _ring;
    private readonly List<SensorInfo> _sensors = [];
    private readonly ConcurrentQueue<string> _triggers = new();
    private readonly ArrayBufferWriter<byte> _buffer = new(512);
    private readonly Utf8JsonWriter _json;
    private ModelManifest? _manifest;
    private RecordingWriter? _file;
    private Timestamp _now = Timestamp.MinValue;
    private Timestamp _until = Timestamp.MinValue;
    private Timestamp _openedAt;
    private long _bytesBefore;
    private long _events;

    /// <summary>Reserves the memory.</summary>
    /// <param name="open">Creates a file; given its number from 0 and the reason of the trigger.</param>
    /// <param name="options">How much is kept.</param>
    /// <param name="retention">Limits of the disk, looked at before a file is created; null for none.</param>
    public BlackBox(
        Func<int, string, RecordingWriter> open, BlackBoxOptions options, RecordingRetention? retention = null)
    {
        ArgumentNullException.ThrowIfNull(open);
        ArgumentNullException.ThrowIfNull(options);
        _open = open;
        _options = options;
        _retention = retention;
        _ring = new EntryRing(options.MemoryBytes);
        _json = new Utf8JsonWriter(_buffer);
    }

    /// <inheritdoc/>
    public long BytesWritten => _bytesBefore + (_file?.BytesWritten ?? 0);

    /// <inheritdoc/>
    public string? Refusal => null;

    /// <summary>Files begun so far.</summary>
    public int Files { get; private set; }

    /// <summary>Entries that made room for newer ones although they were younger than asked for.</summary>
    public long Squeezed { get; private set; }

    /// <summary>Entries too large for the memory.</summary>
    public long TooLarge { get; private set; }

    /// <summary>Asks for the last seconds to be written.</summary>
    /// <param name="reason">Why, for people: "collision above 0.9 for 200 ms".</param>
    public void Trigger(string reason)
    {
        ArgumentNullException.ThrowIfNull(reason);
        if (_triggers.Count < MaxWaiting)
        {
            _triggers.Enqueue(reason);
        }
    }

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
        Keep(sensor, header, payload);

    /// <inheritdoc/>
    public void WriteEvent(
        RecordingEvent kind, long sequence, Timestamp at, Timestamp about, ReadOnlySpan<byte> json)
    {
        var header = new SampleHeader { Sequence = sequence, Arrival = at, Capture = about };
        Keep(~(int)kind, header, json);
    }

    /// <inheritdoc/>
    public void Maintain(Timestamp now)
    {
        _now = now;
        TakeTriggers(now);
        Expire(now);
        if (_file is null)
        {
            return;
        }

        long enough = _file.BytesWritten + BytesPerRound;
        while (_file.BytesWritten < enough && TryWriteOldest())
        {
        }

        if (now > _until && (!_ring.TryPeek(out RingEntry next, out _) || next.Header.Arrival > _until))
        {
            Close();
            return;
        }

        _file.Maintain(now);
    }

    /// <inheritdoc/>
    public int DiscardPending() => _file?.DiscardPending() ?? 0;

    /// <inheritdoc/>
    public void Finish()
    {
        TakeTriggers(_now);
        while (_file is not null && TryWriteOldest())
        {
        }

        Close();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _file?.Dispose();
        _json.Dispose();
    }

    private void TakeTriggers(Timestamp now)
    {
        while (_triggers.TryDequeue(out string? reason))
        {
            _until = now + _options.After;
            if (_file is not null)
            {
                Timestamp last = _openedAt + _options.Longest;
                _until = _until > last ? last : _until;
            }
            else
            {
                Open(reason, now);
            }

            _buffer.ResetWrittenCount();
            _json.Reset(_buffer);
            _json.WriteStartObject();
            _json.WriteString("reason"u8, reason);
            _json.WriteNumber("at_ns"u8, now.Nanoseconds);
            _json.WriteEndObject();
            _json.Flush();
            WriteEvent(RecordingEvent.Trigger, _events++, now, now, _buffer.WrittenSpan);
        }
    }

    private void Keep(int sensor, in SampleHeader header, ReadOnlySpan<byte> payload)
    {
        if (!_ring.CanHold(payload.Length))
        {
            TooLarge++;
            return;
        }

        while (!_ring.TryAppend(sensor, header, payload))
        {
            // While a file is written nothing is given up that belongs to it.
            if (_file is null || !TryWriteOldest())
            {
                _ring.Remove();
                Squeezed++;
            }
        }
    }

    /// <summary>Lets go what is older than a file would reach back.</summary>
    private void Expire(Timestamp now)
    {
        if (_file is not null)
        {
            return;
        }

        Timestamp oldest = now.AddNanoseconds(-_options.Before.Ticks * 100);
        while (_ring.TryPeek(out RingEntry entry, out _) && entry.Header.Arrival < oldest)
        {
            _ring.Remove();
        }
    }

    /// <returns>Whether there was an entry of the file's time.</returns>
    private bool TryWriteOldest()
    {
        if (!_ring.TryPeek(out RingEntry entry, out ReadOnlySpan<byte> payload) || entry.Header.Arrival > _until)
        {
            return false;
        }

        try
        {
            if (entry.Sensor >= 0)
            {
                _file!.WriteSample(entry.Sensor, entry.Header, payload);
            }
            else
            {
                _file!.WriteEvent(
                    (RecordingEvent)~entry.Sensor, entry.Header.Sequence, entry.Header.Arrival, entry.Header.Capture,
                    payload);
            }
        }
        catch (RecordingException failure) when (failure.ConcernsSample)
        {
            Squeezed++;
        }
        finally
        {
            // Also what could not be written: a full disk must not stop the memory from moving on.
            _ring.Remove();
        }

        return true;
    }

    private void Open(string reason, Timestamp now)
    {
        if (_retention?.Check(0) is { } refusal)
        {
            throw new RecordingException($"Cannot write the black box ({reason}): {refusal}");
        }

        RecordingWriter file = _open(Files, reason).Begin(_sensors, _manifest, now);
        Files++;
        _openedAt = now;
        _file = file;
    }

    private void Close()
    {
        if (_file is not { } file)
        {
            return;
        }

        _file = null;
        try
        {
            file.Finish();
        }
        finally
        {
            _bytesBefore += file.BytesWritten;
            file.Dispose();
        }
    }
}
