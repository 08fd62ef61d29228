using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using EdgeFusion.Sensing;
using EdgeFusion.Time;

namespace EdgeFusion.Buffering;

/// <summary>
/// Preallocated ring of fixed slots, one writer, any number of readers. A full ring overwrites its oldest sample: the
/// writer never waits and readers find out by <see cref="IsIntact"/>.
/// </summary>
/// <remarks>
/// <para>
/// Protocol (a seqlock over counters): the writer publishes <c>claimed = s + 1</c> before it touches the slot of sample
/// s and <c>published = s + 1</c> after it. A reader takes <see cref="Published"/>, reads samples, then asks
/// <see cref="IsIntact"/> for the oldest one: if the writer has claimed that slot again meanwhile, what was read may be
/// torn and must be thrown away.
/// </para>
/// <para>
/// Payloads lie back to back in one 64-byte aligned block, so that a run of vector samples is one span. Headers lie in
/// an array of their own, so that a search by time touches no payload.
/// </para>
/// <para>
/// <b>Ownership.</b> The block belongs to the garbage collector (pinned, never moved): whoever still reads or writes at
/// shutdown, a recorder that takes the last samples or a device thread that hangs, keeps it alive.
/// </para>
/// <para><b>Threading.</b> <see cref="Claim"/> and <see cref="Publish"/> from one thread at a time; everything else
/// from any thread. Hot path: allocates nothing after construction.</para>
/// </remarks>
public sealed class SensorRing
{
    private const int Alignment = 64;

    /// <summary>Slots up to this size are rounded up to a power of two in number: cheap, and finding one needs no
    /// division.</summary>
    private const int SmallSlotBytes = 4_096;

    private readonly int _slotBytes;
    private readonly long _capacity;
    private readonly long _mask;
    private readonly SampleHeader[] _headers;
    private readonly byte[] _block;
    private readonly int _start;
    private RingCounters _counters;
    private bool _claimOpen;

    /// <summary>Allocates a ring.</summary>
    /// <param name="info">The sensor whose samples it holds.</param>
    /// <param name="capacity">
    /// Least number of samples held, &gt;= 2; for small samples the next power of two is taken.
    /// </param>
    /// <exception cref="ConfigurationException">The samples need more than the 2 GB that one block can
    /// have.</exception>
    public SensorRing(SensorInfo info, int capacity)
    {
        ArgumentNullException.ThrowIfNull(info);
        ArgumentOutOfRangeException.ThrowIfLessThan(capacity, 2);
        Info = info;
        _slotBytes = info.Layout.MaxSampleBytes;
        ArgumentOutOfRangeException.ThrowIfLessThan(_slotBytes, 1, nameof(info));
        bool small = _slotBytes <= SmallSlotBytes && capacity <= 1 << 24;
        _capacity = small ? (long)BitOperations.RoundUpToPowerOf2((uint)capacity) : capacity;
        _mask = small ? _capacity - 1 : -1;
        _headers = new SampleHeader[_capacity];
        long bytes = (_slotBytes * _capacity) + Alignment;
        if (bytes > Array.MaxLength)
        {
            throw new ConfigurationException(
                $"Sensor '{info.Name}': {_capacity} samples of {_slotBytes} bytes do not fit a ring, which holds up to "
                + $"{Array.MaxLength} bytes; use smaller or fewer frames, or a shorter window.");
        }

        _block = GC.AllocateArray<byte>((int)bytes, pinned: true);
        _start = Alignment - (int)(Marshal.UnsafeAddrOfPinnedArrayElement(_block, 0) % Alignment);
    }

    /// <summary>The sensor whose samples it holds.</summary>
    public SensorInfo Info { get; }

    /// <summary>Number of samples held.</summary>
    public int Capacity => (int)_capacity;

    /// <summary>Bytes between two payloads.</summary>
    public int SlotBytes => _slotBytes;

    /// <summary>Number of samples published so far; the newest has sequence <c>Published - 1</c>.</summary>
    public long Published
    {
        // Acquire: pairs with the release in Publish; headers and payloads up to here are visible.
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => Volatile.Read(ref _counters.Published);
    }

    /// <summary>Sequence of the oldest sample that the writer has not begun to overwrite.</summary>
    public long Oldest => Math.Max(0, Volatile.Read(ref _counters.Claimed) - _capacity);

    /// <summary>Samples overwritten so far. Normal: the ring holds only the recent past.</summary>
    public long Overwritten => Math.Max(0, Published - _capacity);

    /// <summary>The slot of the next sample. The same slot again until <see cref="Publish"/>.</summary>
    public Span<byte> Claim()
    {
        long next = _counters.Published;
        if (!_claimOpen)
        {
            // The claim must be visible before any write to the slot: a full fence orders the store before those.
            Volatile.Write(ref _counters.Claimed, next + 1);
            Interlocked.MemoryBarrier();
            _claimOpen = true;
        }

        return MemoryMarshal.CreateSpan(ref Slot(Index(next)), _slotBytes);
    }

    /// <summary>Publishes the claimed slot as the next sample.</summary>
    public void Publish(Timestamp capture, Timestamp arrival, int length, SampleFlags flags)
    {
        if (!_claimOpen || (uint)length > (uint)_slotBytes)
        {
            ThrowBadPublish(length);
        }

        long next = _counters.Published;
        ref SampleHeader header = ref _headers[Index(next)];
        header.Sequence = next;
        header.Capture = capture;
        header.Arrival = arrival;
        header.Length = length;
        header.Flags = flags;
        _claimOpen = false;

        // Release: pairs with the acquire in Published.
        Volatile.Write(ref _counters.Published, next + 1);
    }

    /// <summary>Header of a sample. Check <see cref="IsIntact"/> after use.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ref readonly SampleHeader Header(long sequence) => ref _headers[Index(sequence)];

    /// <summary>Payload of a sample. Check <see cref="IsIntact"/> after use.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ReadOnlySpan<byte> Payload(long sequence)
    {
        long index = Index(sequence);
        return MemoryMarshal.CreateReadOnlySpan(
            ref Slot(index), Math.Clamp(_headers[index].Length, 0, _slotBytes));
    }

    /// <summary>
    /// The payloads of consecutive samples as one span, as far as the ring's end allows: at most
    /// <paramref name="count"/> samples, at least one. For layouts of fixed sample size.
    /// </summary>
    public ReadOnlySpan<byte> Run(long sequence, long count)
    {
        long index = Index(sequence);
        long samples = Math.Min(count, _capacity - index);
        return MemoryMarshal.CreateReadOnlySpan(ref Slot(index), checked((int)(samples * _slotBytes)));
    }

    /// <summary>
    /// Whether nothing from <paramref name="sequence"/> on has been overwritten up to this moment. Call it after
    /// reading: false means that what was read may be torn.
    /// </summary>
    public bool IsIntact(long sequence)
    {
        // The reads before this line must not move below it: a full fence, paired with the one in Claim.
        Interlocked.MemoryBarrier();
        return Volatile.Read(ref _counters.Claimed) - _capacity <= sequence;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private long Index(long sequence) => _mask >= 0 ? sequence & _mask : sequence % _capacity;

    /// <summary>First byte of a slot; the index comes from <see cref="Index"/> and is in range.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private ref byte Slot(long index) => ref Unsafe.Add(
        ref MemoryMarshal.GetArrayDataReference(_block), (nint)(_start + (index * _slotBytes)));

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void ThrowBadPublish(int length) => throw new InvalidOperationException(_claimOpen
        ? $"Ring of '{Info.Name}': a sample of {length} bytes does not fit a slot of {_slotBytes} bytes."
        : $"Ring of '{Info.Name}': Publish without Claim.");
}
