namespace EdgeFusion.Pipeline;

/// <summary>Adapters by name; what this build has and nothing else.</summary>
/// <typeparam name="TRequest">What a factory needs.</typeparam>
/// <typeparam name="TAdapter">What it makes.</typeparam>
/// <param name="kind">What is catalogued, for messages: "sensor adapter".</param>
/// <remarks><b>Threading.</b> Filled by one thread, then read by any.</remarks>
public sealed class AdapterCatalog<TRequest, TAdapter>(string kind)
{
    private readonly SortedDictionary<string, Func<TRequest, TAdapter>> _factories = new(StringComparer.Ordinal);

    /// <summary>Names of all adapters, in order.</summary>
    public IReadOnlyCollection<string> Names => _factories.Keys;

    /// <summary>Adds an adapter.</summary>
    /// <exception cref="ArgumentException">The name is taken.</exception>
    public void Add(string name, Func<TRequest, TAdapter> factory) => _factories.Add(name, factory);

    /// <summary>Makes an adapter.</summary>
    /// <exception cref="ConfigurationException">There is none of that name; the message lists those that there
    /// are.</exception>
    public TAdapter Create(string name, TRequest request)
    {
        ArgumentNullException.ThrowIfNull(name);
        return _factories.TryGetValue(name, out Func<TRequest, TAdapter>? factory)
            ? factory(request)
            : throw new ConfigurationException(
                $"no {kind} '{name}' in this build; it has: {string.Join(", ", _factories.Keys)} "
                + "(package adapters come with -p:WithPackages=true)");
    }
}
