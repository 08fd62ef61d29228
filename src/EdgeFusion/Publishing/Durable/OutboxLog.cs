using System.Buffers.Binary;
using System.Globalization;
using Microsoft.Win32.SafeHandles;

namespace EdgeFusion.Publishing.Durable;

/// <summary>Messages on disk: append-only segments, preallocated, each record with a CRC and a state of its own.
/// </summary>
/// <remarks>
/// <para>A record is written with one call before the message counts as taken, so that a crash of the process loses
/// none. "Done" is noted in place, so that a restart repeats at most what was in flight.</para>
/// <para><b>Threading.</b> Under the store's lock, except <see cref="FlushToDisk"/>. Throws IOException where the disk
/// is full, gone or read-only.</para>
/// </remarks>
internal sealed class OutboxLog : IDisposable
{
    /// <summary>Longest record; a prediction has about 1 KiB.</summary>
    public const int MaxRecordBytes = 1 << 20;

    private const int MaxSegments = 256; // Each holds a file descriptor, of which a process has 1024 by default.
    private const int ReadAhead = 4096;
    private const int Reserve = 4096;
    private const string Prefix = "outbox-";
    private const string Suffix = ".log";

    private readonly OutboxLogOptions _options;
    private readonly SafeFileHandle _owner;
    private readonly Lock _flushGate = new();
    private readonly List<SafeFileHandle> _unflushed = [];
    private byte[] _writing = new byte[ReadAhead];
    private byte[] _reading = new byte[ReadAhead];
    private LogSegment? _newest;
    private long _nextNumber = 1;
    private long _capacity;

    private OutboxLog(OutboxLogOptions options, SafeFileHandle owner)
    {
        _options = options;
        _owner = owner;
    }

    /// <summary>The oldest segment; null where there is none.</summary>
    public LogSegment? Oldest { get; private set; }

    /// <summary>The newest segment, into which nothing was written yet where it is null.</summary>
    public LogSegment? Newest => _newest;

    /// <summary>Segments on disk.</summary>
    public int Segments { get; private set; }

    /// <summary>Bytes that they take.</summary>
    public long DiskBytes { get; private set; }

    /// <summary>Index of the next record.</summary>
    public long NextIndex { get; private set; }

    /// <summary>Told of messages (number, payload bytes) that waited and cannot be read any more.</summary>
    public Action<long, long>? Lost { get; set; }

    /// <summary>Opens the log of a folder and reads what is left of an earlier run.</summary>
    /// <exception cref="IOException">The folder cannot be used, or another process uses it.</exception>
    public static OutboxLog Open(OutboxLogOptions options, LogRecovery recovery)
    {
        Directory.CreateDirectory(options.Folder);
        SafeFileHandle owner = File.OpenHandle(
            Path.Combine(options.Folder, "lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        var log = new OutboxLog(options, owner);
        try
        {
            string[] files = Directory.GetFiles(options.Folder, Prefix + "*" + Suffix);
            Array.Sort(files, StringComparer.Ordinal);
            foreach (string file in files)
            {
                log.Adopt(file, recovery);
            }

            log.NextIndex = recovery.NextIndex;
            return log;
        }
        catch
        {
            log.Dispose();
            throw;
        }
    }

    /// <summary>Whether a record of this size needs a new segment.</summary>
    public bool NeedsSegment(int size) => !CanDeclare(size + Reserve);

    /// <summary>Whether what was given up can be noted in a record of this size. The end of each segment is kept for
    /// that: its place is taken on disk beforehand, so that a full disk can be told of.</summary>
    public bool CanDeclare(int size) => _newest is not null && _capacity > 0 && _newest.End + size <= _capacity;

    /// <summary>Whether one more segment would go beyond the limits.</summary>
    public bool IsFull => DiskBytes + _options.SegmentBytes > _options.MaxBytes || Segments >= MaxSegments;

    /// <summary>Starts a new segment for a record of at least this size.</summary>
    public void AddSegment(int size)
    {
        long capacity = Math.Max(_options.SegmentBytes, size + Reserve);
        string path = Path.Combine(_options.Folder, string.Create(
            CultureInfo.InvariantCulture, $"{Prefix}{_nextNumber:D16}{Suffix}"));
        SafeFileHandle handle = File.OpenHandle(
            path, FileMode.Create, FileAccess.ReadWrite, FileShare.Read, FileOptions.None, capacity);
        if (_newest is { } full && _capacity > 0)
        {
            GiveBackRest(full);
        }

        Link(new LogSegment(path, _nextNumber, handle) { DiskBytes = capacity });
        _nextNumber++;
        _capacity = capacity;
    }

    /// <summary>Writes a record into the newest segment, which must have room.</summary>
    public void Append(in PublishMessage message, RecordKind kind, GapReason reason, long now)
    {
        int size = RecordHeader.Size(message);
        if (_writing.Length < size)
        {
            _writing = new byte[MaxRecordBytes];
        }

        LogSegment segment = _newest!;
        int stride = RecordHeader.Write(_writing, message, kind, reason, NextIndex, now);
        RandomAccess.Write(segment.Handle, _writing.AsSpan(0, stride), segment.End);
        if (_options.Flush == FlushPolicy.Always)
        {
            RandomAccess.FlushToDisk(segment.Handle);
        }

        // Only what is written counts; a failed attempt is written over by the next one.
        RecordHeader.TryRead(_writing, out RecordHeader header);
        segment.Note(header);
        segment.End += stride;
        NextIndex++;
        MarkUnflushed(segment.Handle);
    }

    /// <summary>Reads the next record. The content is valid until the next call.</summary>
    /// <param name="cursor">Where from; stands after the record then.</param>
    /// <param name="record">The record.</param>
    /// <param name="place">Where it lies.</param>
    /// <param name="content">The whole record.</param>
    /// <returns>False at the end.</returns>
    public bool TryRead(
        ref LogCursor cursor, out RecordHeader record, out LogCursor place, out ReadOnlyMemory<byte> content)
    {
        while (Settle(ref cursor) is { } segment)
        {
            long offset = cursor.Offset;
            if (TryLoad(segment, offset, out record))
            {
                content = _reading.AsMemory(0, record.Length);
                place = cursor;
                cursor.Offset = offset + record.Stride;
                return true;
            }

            StepOver(segment, offset);
        }

        record = default;
        place = default;
        content = default;
        return false;
    }

    /// <summary>Notes that a record is done.</summary>
    public static void MarkDone(in LogCursor place, int payloadBytes)
    {
        if (place.Segment is not { IsDropped: false } segment)
        {
            return;
        }

        segment.Waiting--;
        segment.WaitingBytes -= payloadBytes;
        Span<byte> state = stackalloc byte[sizeof(uint)];
        BinaryPrimitives.WriteUInt32LittleEndian(state, RecordHeader.Done);
        RandomAccess.Write(segment.Handle, state, place.Offset + RecordHeader.StateOffset);
    }

    /// <summary>Deletes the oldest segment.</summary>
    public void DropOldest()
    {
        LogSegment segment = Oldest!;
        segment.IsDropped = true;
        Oldest = segment.Next;
        Segments--;
        DiskBytes -= segment.DiskBytes;
        if (ReferenceEquals(_newest, segment))
        {
            _newest = null;
            _capacity = 0;
        }

        lock (_flushGate)
        {
            _unflushed.Remove(segment.Handle);
        }

        segment.Handle.Dispose();
        File.Delete(segment.Path);
    }

    /// <summary>Forces everything written to the disk. Any thread.</summary>
    public void FlushToDisk()
    {
        while (true)
        {
            SafeFileHandle? handle = null;
            lock (_flushGate)
            {
                if (_unflushed.Count > 0)
                {
                    handle = _unflushed[0];
                    _unflushed.RemoveAt(0);
                }
            }

            if (handle is null)
            {
                return;
            }

            try
            {
                RandomAccess.FlushToDisk(handle);
            }
            catch (ObjectDisposedException)
            {
                // Its segment has been deleted in the meantime.
            }
        }
    }

    public void Dispose()
    {
        for (LogSegment? segment = Oldest; segment is not null; segment = segment.Next)
        {
            segment.IsDropped = true;
            segment.Handle.Dispose();
        }

        _owner.Dispose();
    }

    private static void GiveBackRest(LogSegment segment) => RandomAccess.SetLength(segment.Handle, segment.End);

    private void Adopt(string path, LogRecovery recovery)
    {
        string digits = Path.GetFileName(path)[Prefix.Length..^Suffix.Length];
        if (!long.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out long number))
        {
            return;
        }

        SafeFileHandle handle = File.OpenHandle(path, FileMode.Open, FileAccess.ReadWrite, FileShare.Read);
        var segment = new LogSegment(path, number, handle);
        recovery.Read(segment);
        _nextNumber = Math.Max(_nextNumber, number + 1);
        if (segment.End == 0)
        {
            handle.Dispose();
            File.Delete(path);
            return;
        }

        GiveBackRest(segment);
        segment.DiskBytes = segment.End;
        Link(segment);
    }

    private void Link(LogSegment segment)
    {
        if (_newest is { } before)
        {
            before.Next = segment;
            DiskBytes += before.End - before.DiskBytes;
            before.DiskBytes = before.End;
        }
        else
        {
            Oldest = segment;
        }

        _newest = segment;
        Segments++;
        DiskBytes += segment.DiskBytes;
    }

    /// <summary>Moves a cursor to where a record begins.</summary>
    /// <returns>Its segment; null at the end of the log.</returns>
    private LogSegment? Settle(ref LogCursor cursor)
    {
        if (cursor.Segment is not { IsDropped: false })
        {
            cursor.Segment = Oldest;
            cursor.Offset = 0;
        }

        while (cursor.Segment is { } segment)
        {
            cursor.Offset = segment.PastDamage(cursor.Offset);
            if (cursor.Offset < segment.End)
            {
                return segment;
            }

            if (segment.Next is not { } next)
            {
                return null;
            }

            cursor.Segment = next;
            cursor.Offset = 0;
        }

        return null;
    }

    private bool TryLoad(LogSegment segment, long offset, out RecordHeader record)
    {
        int there = (int)Math.Min(ReadAhead, segment.End - offset);
        int length = RandomAccess.Read(segment.Handle, _reading.AsSpan(0, there), offset);
        if (!RecordHeader.TryRead(_reading.AsSpan(0, length), out record) || record.Length > segment.End - offset)
        {
            return false;
        }

        if (record.Length > length)
        {
            if (_reading.Length < record.Length)
            {
                _reading = new byte[MaxRecordBytes];
            }

            length = RandomAccess.Read(segment.Handle, _reading.AsSpan(0, record.Length), offset);
        }

        return RecordHeader.TryReadWhole(_reading.AsSpan(0, length), out record);
    }

    /// <summary>A record that was good when it was written cannot be read: what can still be read is counted anew.
    /// </summary>
    private void StepOver(LogSegment segment, long offset)
    {
        byte[] bytes = new byte[segment.End];
        int length = RandomAccess.Read(segment.Handle, bytes, 0);
        var scan = new SegmentScan(bytes.AsSpan(0, length), 0);
        long waiting = 0;
        long waitingBytes = 0;
        long next = segment.End;
        while (scan.MoveNext())
        {
            next = scan.Offset > offset && next == segment.End ? scan.Offset : next;
            bool waits = scan.Record is { Kind: RecordKind.Message, IsDone: false };
            waiting += waits ? 1 : 0;
            waitingBytes += waits ? scan.Record.PayloadBytes : 0;
        }

        segment.Skip(offset, next);
        Lost?.Invoke(segment.Waiting - waiting, segment.WaitingBytes - waitingBytes);
        segment.Waiting = (int)waiting;
        segment.WaitingBytes = waitingBytes;
    }

    private void MarkUnflushed(SafeFileHandle handle)
    {
        if (_options.Flush != FlushPolicy.Interval)
        {
            return;
        }

        lock (_flushGate)
        {
            if (!_unflushed.Contains(handle))
            {
                _unflushed.Add(handle);
            }
        }
    }
}
