using System.Buffers.Binary;

namespace EdgeFusion.Sensing.Framing;

/// <summary>Finds binary frames of one shape. After a damaged one it goes on at the very next byte.</summary>
public sealed class FrameScanner : StreamScanner
{
    private readonly FrameSpec _spec;
    private readonly byte[] _header;
    private readonly byte[] _trailer;
    private readonly int _prefix;
    private readonly int _checksumSize;
    private bool _inStep = true;

    /// <summary>Creates a scanner.</summary>
    /// <param name="spec">Shape of the frames.</param>
    /// <param name="counters">Counted here.</param>
    public FrameScanner(FrameSpec spec, FrameCounters counters)
        : base(LongestFrame(spec), counters)
    {
        _spec = spec;
        _header = [.. spec.Header];
        _trailer = [.. spec.Trailer];
        _prefix = spec.PrefixLength;
        _checksumSize = Checksum.Size(spec.Checksum);
    }

    /// <inheritdoc/>
    public override bool TryRead(out ReadOnlySpan<byte> frame)
    {
        while (true)
        {
            SkipToHeader();
            ReadOnlySpan<byte> window = Window;
            frame = default;
            if (window.Length < _prefix || window.IsEmpty)
            {
                return false;
            }

            long length = LengthOf(window);
            if (length < _spec.ShortestFrame || length > _spec.LongestFrame)
            {
                Counters.CountOverrun();
                Skip(1);
                continue;
            }

            if (window.Length < length)
            {
                return false;
            }

            ReadOnlySpan<byte> candidate = window[..(int)length];
            if (!IsWhole(candidate))
            {
                Counters.CountBad();
                Skip(1);
                continue;
            }

            if (_spec.ConfirmByNext && !_inStep && !TryConfirm(window[(int)length..], out bool confirmed))
            {
                if (!confirmed)
                {
                    return false;
                }

                Counters.CountBad();
                Skip(1);
                continue;
            }

            _inStep = true;
            Consume((int)length);
            Counters.CountFrame();
            frame = candidate;
            return true;
        }
    }

    /// <inheritdoc/>
    public override void Reset()
    {
        base.Reset();
        _inStep = false;
    }

    private protected override void Skip(int count)
    {
        _inStep = false;
        base.Skip(count);
    }

    private static int LongestFrame(FrameSpec spec)
    {
        ArgumentNullException.ThrowIfNull(spec);
        return spec.LongestFrame;
    }

    /// <summary>Skips to where a header stands, or where the bytes at hand may be the beginning of one.</summary>
    private void SkipToHeader()
    {
        if (_header.Length == 0)
        {
            return;
        }

        ReadOnlySpan<byte> window = Window;
        int at = 0;
        while (at < window.Length)
        {
            int next = window[at..].IndexOf(_header[0]);
            if (next < 0)
            {
                at = window.Length;
                break;
            }

            at += next;
            ReadOnlySpan<byte> rest = window[at..];
            int known = Math.Min(rest.Length, _header.Length);
            if (rest[..known].SequenceEqual(_header.AsSpan(0, known)))
            {
                break;
            }

            at++;
        }

        if (at > 0)
        {
            Skip(at);
        }
    }

    private long LengthOf(ReadOnlySpan<byte> window)
    {
        if (_spec.FixedLength > 0)
        {
            return _spec.FixedLength;
        }

        ReadOnlySpan<byte> field = window.Slice(_spec.LengthOffset, _spec.LengthSize);
        long value = (_spec.LengthSize, _spec.LengthBigEndian) switch
        {
            (1, _) => field[0],
            (2, true) => BinaryPrimitives.ReadUInt16BigEndian(field),
            (2, false) => BinaryPrimitives.ReadUInt16LittleEndian(field),
            (_, true) => BinaryPrimitives.ReadUInt32BigEndian(field),
            (_, false) => BinaryPrimitives.ReadUInt32LittleEndian(field),
        };
        return value + _spec.LengthBeyond;
    }

    private bool IsWhole(ReadOnlySpan<byte> candidate)
    {
        if (!candidate.EndsWith(_trailer))
        {
            return false;
        }

        if (_checksumSize == 0)
        {
            return true;
        }

        int at = candidate.Length - _trailer.Length - _checksumSize;
        return Checksum.Compute(_spec.Checksum, candidate[_spec.ChecksumStart..at])
            == Checksum.Read(_spec.Checksum, candidate.Slice(at, _checksumSize));
    }

    /// <summary>Whether a header follows.</summary>
    /// <param name="rest">What came after the candidate.</param>
    /// <param name="decided">Whether enough has come to tell.</param>
    private bool TryConfirm(ReadOnlySpan<byte> rest, out bool decided)
    {
        decided = rest.Length >= _header.Length;
        return decided && rest.StartsWith(_header);
    }
}
