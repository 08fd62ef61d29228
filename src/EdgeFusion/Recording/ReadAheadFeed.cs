using System.Runtime.ExceptionServices;
using EdgeFusion.Sensing;

namespace EdgeFusion.Recording;

/// <summary>Reads a feed ahead on a thread of its own, so that whoever lets the samples pass at their instants neither
/// waits for the disk nor decompresses or decodes.</summary>
/// <remarks>
/// A fault of the feed comes where it belongs: after the samples before it. <b>Memory.</b> The buffer, made once.
/// <b>Threading.</b> One thread reads this feed; the inner one belongs to the reading thread from construction until
/// <see cref="Dispose"/> has returned. <b>Ownership.</b> The inner feed and the buffer stay the caller's.
/// </remarks>
internal sealed class ReadAheadFeed : ISampleFeed
{
    private readonly ISampleFeed _inner;
    private readonly Buffer _buffer;
    private readonly Thread _thread;
    private readonly AutoResetEvent _more = new(false);
    private readonly AutoResetEvent _room = new(false);
    private bool _awaitsMore;
    private bool _awaitsRoom;
    private bool _ended;
    private bool _stopping;
    private ExceptionDispatchInfo? _fault;

    /// <summary>Begins to read.</summary>
    /// <param name="inner">The feed.</param>
    /// <param name="buffer">Made for it by <see cref="Buffer.For"/>; nobody else may use it until this is disposed.
    /// </param>
    public ReadAheadFeed(ISampleFeed inner, Buffer buffer)
    {
        (_inner, _buffer) = (inner, buffer);
        buffer.Clear();
        _thread = new Thread(Read) { Name = "read ahead", IsBackground = true };
        _thread.Start();
    }

    /// <inheritdoc/>
    public IReadOnlyList<SensorInfo> Sensors => _inner.Sensors;

    /// <inheritdoc/>
    public bool TryAdvance(out int sensor, out SampleHeader header)
    {
        _buffer.Release();
        Interlocked.MemoryBarrier();
        if (Volatile.Read(ref _awaitsRoom) && _buffer.IsHalfEmpty)
        {
            Volatile.Write(ref _awaitsRoom, false);
            _room.Set();
        }

        while (!_buffer.TryTake(out sensor, out header))
        {
            // What was written before the end was told is there now.
            if (Volatile.Read(ref _ended) && !_buffer.HasEntries)
            {
                _fault?.Throw();
                return false;
            }

            Volatile.Write(ref _awaitsMore, true);
            Interlocked.MemoryBarrier();
            if (!_buffer.HasEntries && !Volatile.Read(ref _ended))
            {
                _more.WaitOne();
            }
        }

        return true;
    }

    /// <inheritdoc/>
    public void Fill(Span<byte> payload) => _buffer.Payload[..payload.Length].CopyTo(payload);

    /// <summary>Ends the reading; the inner feed stands somewhere ahead of what was taken.</summary>
    public void Dispose()
    {
        Volatile.Write(ref _stopping, true);
        _room.Set();
        _thread.Join();
        _more.Dispose();
        _room.Dispose();
    }

    private void Read()
    {
        try
        {
            while (!Volatile.Read(ref _stopping) && _inner.TryAdvance(out int sensor, out SampleHeader header))
            {
                if (!AwaitRoom(header.Length))
                {
                    break;
                }

                _inner.Fill(_buffer.Claim(header.Length));
                _buffer.Commit(sensor, header);
                Wake();
            }
        }
        catch (Exception fault)
        {
            // Whatever it is, it belongs to whoever takes the samples.
            _fault = ExceptionDispatchInfo.Capture(fault);
        }

        Volatile.Write(ref _ended, true);
        Wake();
    }

    private void Wake()
    {
        Interlocked.MemoryBarrier();
        if (Volatile.Read(ref _awaitsMore))
        {
            Volatile.Write(ref _awaitsMore, false);
            _more.Set();
        }
    }

    private bool AwaitRoom(int length)
    {
        while (!_buffer.HasRoom(length))
        {
            Volatile.Write(ref _awaitsRoom, true);
            Interlocked.MemoryBarrier();
            if (!_buffer.IsHalfEmpty && !Volatile.Read(ref _stopping))
            {
                _room.WaitOne();
            }

            if (Volatile.Read(ref _stopping))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Payloads one after another in a ring of bytes, and what is known of each: one writer, one reader.
    /// </summary>
    internal sealed class Buffer
    {
        private const int Entries = 16_384;
        private const int LeastBytes = 8 << 20;

        private readonly Entry[] _entries = new Entry[Entries];
        private readonly byte[] _bytes;
        private long _written;
        private long _taken;
        private long _claimedBytes;
        private long _freedBytes;
        private int _offset;
        private int _skipped;
        private bool _isHeld;

        private Buffer(int bytes) => _bytes = GC.AllocateUninitializedArray<byte>(bytes);

        public bool HasEntries => Volatile.Read(ref _written) != _taken;

        /// <summary>The payload taken last.</summary>
        public ReadOnlySpan<byte> Payload
        {
            get
            {
                ref readonly Entry entry = ref _entries[_taken % Entries];
                return _bytes.AsSpan(entry.Offset, entry.Header.Length);
            }
        }

        /// <summary>Whether so much is free that the largest sample fits, wherever in the ring that is.</summary>
        public bool IsHalfEmpty =>
            Volatile.Read(ref _written) - Volatile.Read(ref _taken) <= Entries / 2
            && Volatile.Read(ref _claimedBytes) - Volatile.Read(ref _freedBytes) <= _bytes.Length / 2;

        /// <summary>Room for at least four of the largest samples, and for a second of what robots record.</summary>
        public static Buffer For(IReadOnlyList<SensorInfo> sensors) =>
            new((int)Math.Min(Math.Max(LeastBytes, 4L * SensorInfo.LargestSample(sensors)), Array.MaxLength));

        public void Clear()
        {
            _written = _taken = _claimedBytes = _freedBytes = 0;
            _offset = _skipped = 0;
            _isHeld = false;
        }

        /// <summary>Writer: whether a payload fits in one piece.</summary>
        public bool HasRoom(int length)
        {
            long free = _bytes.Length - (_claimedBytes - Volatile.Read(ref _freedBytes));
            _skipped = _offset + length > _bytes.Length ? _bytes.Length - _offset : 0;
            return _written - Volatile.Read(ref _taken) < Entries && _skipped + length <= free;
        }

        /// <summary>Writer, after <see cref="HasRoom"/>: where the payload goes.</summary>
        public Span<byte> Claim(int length)
        {
            _offset = _skipped > 0 ? 0 : _offset;
            return _bytes.AsSpan(_offset, length);
        }

        /// <summary>Writer: hands over what was written.</summary>
        public void Commit(int sensor, in SampleHeader header)
        {
            _entries[_written % Entries] = new Entry(header, sensor, _offset, _skipped + header.Length);
            _offset += header.Length;
            Volatile.Write(ref _claimedBytes, _claimedBytes + _skipped + header.Length);
            Volatile.Write(ref _written, _written + 1);
        }

        /// <summary>Reader: the next sample, whose payload stays until <see cref="Release"/>.</summary>
        public bool TryTake(out int sensor, out SampleHeader header)
        {
            _isHeld = HasEntries;
            ref readonly Entry entry = ref _entries[_taken % Entries];
            (sensor, header) = _isHeld ? (entry.Sensor, entry.Header) : (-1, default);
            return _isHeld;
        }

        /// <summary>Reader: gives back the room of the sample taken last.</summary>
        public void Release()
        {
            if (_isHeld)
            {
                _isHeld = false;
                Volatile.Write(ref _freedBytes, _freedBytes + _entries[_taken % Entries].Bytes);
                Volatile.Write(ref _taken, _taken + 1);
            }
        }

        private readonly record struct Entry(SampleHeader Header, int Sensor, int Offset, int Bytes);
    }
}
