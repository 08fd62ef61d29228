using System.Collections.Immutable;

namespace EdgeFusion.Sensing;

/// <summary>Merges pulled sources by arrival time; of equal times the source named first comes first.</summary>
public sealed class MergedFeed : ISampleFeed
{
    private readonly ISampleSource[] _sources;
    private readonly SampleHeader[] _heads;
    private readonly bool[] _alive;
    private int _current = -1;

    /// <summary>Merges sources; owns them from here on.</summary>
    public MergedFeed(IReadOnlyList<ISampleSource> sources)
    {
        ArgumentNullException.ThrowIfNull(sources);
        _sources = [.. sources];
        _heads = new SampleHeader[_sources.Length];
        _alive = new bool[_sources.Length];
        ImmutableArray<SensorInfo>.Builder infos = ImmutableArray.CreateBuilder<SensorInfo>();
        for (int i = 0; i < _sources.Length; i++)
        {
            infos.Add(_sources[i].Info);
            _alive[i] = _sources[i].TryAdvance(out _heads[i]);
        }

        Sensors = infos.ToImmutable();
    }

    /// <inheritdoc/>
    public IReadOnlyList<SensorInfo> Sensors { get; }

    /// <inheritdoc/>
    public bool TryAdvance(out int sensor, out SampleHeader header)
    {
        if (_current >= 0)
        {
            _alive[_current] = _sources[_current].TryAdvance(out _heads[_current]);
        }

        _current = -1;
        for (int i = 0; i < _sources.Length; i++)
        {
            if (_alive[i] && (_current < 0 || _heads[i].Arrival < _heads[_current].Arrival))
            {
                _current = i;
            }
        }

        sensor = _current;
        header = _current >= 0 ? _heads[_current] : default;
        return _current >= 0;
    }

    /// <inheritdoc/>
    public void Fill(Span<byte> payload) => _sources[_current].Fill(payload);

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (ISampleSource source in _sources)
        {
            source.Dispose();
        }
    }
}
