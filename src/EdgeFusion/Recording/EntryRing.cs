using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using EdgeFusion.Sensing;

namespace EdgeFusion.Recording;

/// <summary>Head of an entry in an <see cref="EntryRing"/>.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct RingEntry
{
    /// <summary>Bytes of the entry with this head; the rest of the block where it is filler.</summary>
    public int Bytes;

    /// <summary>Number of the sensor; below 0 an event, ~kind.</summary>
    public int Sensor;

    /// <summary>Sequence, times, length and flags; of an event the arrival is "at", the capture "about".</summary>
    public SampleHeader Header;
}

/// <summary>First in, first out, in one block of memory: samples and events of the last seconds.</summary>
/// <remarks><b>Threading.</b> One thread. Allocates nothing after construction.</remarks>
internal sealed class EntryRing
{
    private const int Filler = int.MinValue;
    private const int Alignment = 8;
    private static readonly int HeadBytes = Unsafe.SizeOf<RingEntry>();

    private readonly byte[] _block;
    private int _read;
    private int _write;

    public EntryRing(int bytes) => _block = GC.AllocateUninitializedArray<byte>(bytes & ~(Alignment - 1));

    /// <summary>Entries held.</summary>
    public int Count { get; private set; }

    /// <summary>Bytes held, heads and filler included.</summary>
    public int UsedBytes { get; private set; }

    /// <summary>Whether an entry could ever fit.</summary>
    public bool CanHold(int payloadBytes) => SizeOf(payloadBytes) <= _block.Length;

    /// <summary>Appends an entry.</summary>
    /// <returns>False where there is no room until the oldest is removed.</returns>
    public bool TryAppend(int sensor, in SampleHeader header, ReadOnlySpan<byte> payload)
    {
        int size = SizeOf(payload.Length);
        int rest = _block.Length - _write;
        int filler = rest < size ? rest : 0;
        if (UsedBytes + filler + size > _block.Length)
        {
            return false;
        }

        if (filler > 0)
        {
            Fill(filler);
        }

        var entry = new RingEntry { Bytes = size, Sensor = sensor, Header = header };
        entry.Header.Length = payload.Length;
        MemoryMarshal.Write(_block.AsSpan(_write), in entry);
        payload.CopyTo(_block.AsSpan(_write + HeadBytes));
        _write = (_write + size) % _block.Length;
        UsedBytes += size;
        Count++;
        return true;
    }

    /// <summary>The oldest entry; its payload is valid until the next append or removal.</summary>
    public bool TryPeek(out RingEntry entry, out ReadOnlySpan<byte> payload)
    {
        entry = default;
        payload = default;
        if (Count == 0)
        {
            return false;
        }

        SkipFiller();
        entry = MemoryMarshal.Read<RingEntry>(_block.AsSpan(_read));
        payload = _block.AsSpan(_read + HeadBytes, entry.Header.Length);
        return true;
    }

    /// <summary>Removes the oldest entry.</summary>
    public void Remove()
    {
        if (TryPeek(out RingEntry entry, out _))
        {
            Count--;
            UsedBytes -= entry.Bytes;
            _read = (_read + entry.Bytes) % _block.Length;
        }

        if (Count == 0)
        {
            _read = 0;
            _write = 0;
            UsedBytes = 0;
        }
    }

    private static int SizeOf(int payloadBytes) =>
        checked((HeadBytes + payloadBytes + Alignment - 1) & ~(Alignment - 1));

    private void Fill(int bytes)
    {
        if (bytes >= HeadBytes)
        {
            var filler = new RingEntry { Bytes = bytes, Sensor = Filler };
            MemoryMarshal.Write(_block.AsSpan(_write), in filler);
        }

        UsedBytes += bytes;
        _write = 0;
    }

    private void SkipFiller()
    {
        int rest = _block.Length - _read;
        if (rest < HeadBytes || MemoryMarshal.Read<RingEntry>(_block.AsSpan(_read)).Sensor == Filler)
        {
            UsedBytes -= rest;
            _read = 0;
        }
    }
}
