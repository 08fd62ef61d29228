using System.Text;

namespace EdgeFusion.Publishing.Durable;

/// <summary>Reads the segments of an earlier run: what waits, what is missing.</summary>
internal sealed class LogRecovery(GapLedger gaps)
{
    private const int LargestFile = 64 << 20;

    private readonly Dictionary<string, (long Epoch, long Sequence, int Damage)> _latest = new(StringComparer.Ordinal);
    private readonly KeptRuns _runs = new();
    private long _lost;
    private long _damagedBytes;
    private int _damage;
    private long _expected = -1;

    /// <summary>Messages not done.</summary>
    public long Waiting { get; private set; }

    /// <summary>Their payload.</summary>
    public long WaitingBytes { get; private set; }

    /// <summary>One after the last record.</summary>
    public long NextIndex => Math.Max(0, _expected);

    /// <summary>The earlier runs.</summary>
    public KeptRun[] Runs => _runs.ToArray();

    public OutboxRecovery Result => new(Waiting, _lost, _damagedBytes);

    /// <summary>Reads a segment, oldest first; sets where it ends and what it holds.</summary>
    public void Read(LogSegment segment)
    {
        long length = Math.Min(RandomAccess.GetLength(segment.Handle), LargestFile);
        byte[] bytes = new byte[length];
        int read = 0;
        while (read < length && RandomAccess.Read(segment.Handle, bytes.AsSpan(read), read) is > 0 and int more)
        {
            read += more;
        }

        var scan = new SegmentScan(bytes.AsSpan(0, read), 0);
        int valid = 0;
        while (scan.MoveNext())
        {
            if (scan.DamagedFrom >= 0)
            {
                Damaged(scan.Offset - scan.DamagedFrom);
                segment.Skip(scan.DamagedFrom, scan.Offset);
            }

            Take(segment, scan.Record, scan.Content);
            valid = scan.End;
        }

        if (scan.DamagedFrom >= 0)
        {
            Damaged(bytes.AsSpan(scan.DamagedFrom, read - scan.DamagedFrom).TrimEnd((byte)0).Length);
        }

        segment.End = valid;
    }

    private void Damaged(int bytes)
    {
        _damage++;
        _damagedBytes += bytes;
    }

    private void Take(LogSegment segment, in RecordHeader record, ReadOnlySpan<byte> content)
    {
        if (_expected >= 0 && record.Index > _expected)
        {
            _lost += record.Index - _expected;
            _damage++;
        }

        _expected = record.Index + 1;
        segment.Note(record);
        string topic = Encoding.UTF8.GetString(content.Slice(RecordHeader.Bytes, record.TopicBytes));
        int payload = record.PayloadBytes;
        if (record.Kind != RecordKind.Message)
        {
            long to = payload >= sizeof(long) ? BitConverter.ToInt64(content[^sizeof(long)..]) : record.Sequence;
            TakeRange(new GapRange(topic, record.Epoch, record.Sequence, to, record.Reason), record.Kind);
            return;
        }

        if (!record.IsDone)
        {
            Waiting++;
            WaitingBytes += payload;
        }

        if (record.HasKey)
        {
            Compare(topic, record);
            _runs.Note(topic, record.Epoch, record.Sequence);
        }
    }

    private void TakeRange(in GapRange range, RecordKind kind)
    {
        if (kind == RecordKind.Gap)
        {
            gaps.Note(range, isWritten: true);
        }
        else
        {
            _runs.Note(range.Topic, range.Epoch, range.From);
        }

        // Nothing of it is in the log, but the run had come as far as that.
        _runs.Note(range.Topic, range.Epoch, range.To);
    }

    /// <summary>Where damage lies between two messages of a topic and a run, the numbers between them are lost.
    /// </summary>
    private void Compare(string topic, in RecordHeader record)
    {
        if (_latest.TryGetValue(topic, out (long Epoch, long Sequence, int Damage) before)
            && before.Epoch == record.Epoch && before.Damage != _damage && record.Sequence > before.Sequence + 1)
        {
            gaps.Note(new GapRange(
                topic, record.Epoch, before.Sequence + 1, record.Sequence - 1, GapReason.Damaged));
        }

        _latest[topic] = (record.Epoch, record.Sequence, _damage);
    }
}
