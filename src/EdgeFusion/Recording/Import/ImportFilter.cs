namespace EdgeFusion.Recording.Import;

/// <summary>Keeps the segments whose value of an axis ("behaviour") or field ("object.color") is a text.</summary>
/// <param name="Name">Axis or axis.field.</param>
/// <param name="Value">The wanted text.</param>
public sealed record ImportFilter(string Name, string Value)
{
    /// <summary>Reads "behaviour=shake".</summary>
    /// <exception cref="ConfigurationException">There is no "=", or nothing before it.</exception>
    public static ImportFilter Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        int equals = text.IndexOf('=', StringComparison.Ordinal);
        return equals > 0
            ? new ImportFilter(text[..equals].Trim(), text[(equals + 1)..].Trim())
            : throw new ConfigurationException($"Cannot use the filter '{text}': write it as name=value.");
    }
}
