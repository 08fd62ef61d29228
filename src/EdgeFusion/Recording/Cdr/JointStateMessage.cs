using EdgeFusion.Time;

namespace EdgeFusion.Recording.Cdr;

/// <summary>sensor_msgs/msg/JointState: names, and positions, velocities and efforts that may each be empty.</summary>
internal readonly ref struct JointStateMessage
{
    public const string TypeName = "sensor_msgs/msg/JointState";

    /// <summary>A string takes at least its length.</summary>
    private const int LeastNameBytes = sizeof(uint);

    /// <summary>The whole message, for <see cref="Names"/>.</summary>
    private readonly ReadOnlySpan<byte> _message;
    private readonly string _what;
    private readonly int _namesOffset;
    private readonly RosWire _wire;

    private JointStateMessage(ReadOnlySpan<byte> message, string what, int namesOffset, RosWire wire)
    {
        _wire = wire;
        _message = message;
        _what = what;
        _namesOffset = namesOffset;
    }

    public Timestamp Stamp { get; private init; }

    /// <summary>Number of names.</summary>
    public int NameCount { get; private init; }

    public CdrNumbers Position { get; private init; }

    public CdrNumbers Velocity { get; private init; }

    public CdrNumbers Effort { get; private init; }

    /// <summary>Reads a message and checks that each array is empty or as long as the names.</summary>
    public static JointStateMessage Read(
        ReadOnlySpan<byte> message, string what = TypeName, RosWire wire = RosWire.Cdr)
    {
        var reader = new CdrReader(message, what, wire);
        RosHeader header = RosHeader.Read(ref reader, what);
        int namesOffset = reader.Offset;
        int count = reader.ReadCount("name", LeastNameBytes);
        for (int i = 0; i < count; i++)
        {
            reader.ReadString("name");
        }

        return new JointStateMessage(message, what, namesOffset, wire)
        {
            Stamp = header.Stamp,
            NameCount = count,
            Position = ReadValues(ref reader, "position", count, what),
            Velocity = ReadValues(ref reader, "velocity", count, what),
            Effort = ReadValues(ref reader, "effort", count, what),
        };
    }

    /// <summary>The names from the first on, as UTF-8: call <see cref="NameReader.Next"/> NameCount times.</summary>
    public NameReader Names() => new(_message, _what, _namesOffset, _wire);

    private static CdrNumbers ReadValues(scoped ref CdrReader reader, string field, int names, string what)
    {
        CdrNumbers values = reader.ReadFloat64Sequence(field);
        return values.Count == 0 || values.Count == names
            ? values
            : throw new RecordingException(
                $"Cannot read {what}: field '{field}' has {values.Count} elements for {names} names. "
                + "It must be empty or have one for each name.");
    }

    /// <summary>Walks over the names without allocating.</summary>
    public ref struct NameReader
    {
        private CdrReader _reader;

        internal NameReader(ReadOnlySpan<byte> message, string what, int offset, RosWire wire)
        {
            _reader = new CdrReader(message, what, wire);
            _reader.MoveTo(offset);
            _reader.ReadCount("name", LeastNameBytes);
        }

        /// <summary>The next name.</summary>
        public ReadOnlySpan<byte> Next() => _reader.ReadString("name");
    }
}
