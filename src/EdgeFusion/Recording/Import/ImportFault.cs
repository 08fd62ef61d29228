namespace EdgeFusion.Recording.Import;

/// <summary>Builds the errors of an import: what, where, why and what to do.</summary>
internal static class ImportFault
{
    /// <summary>The data is not as expected.</summary>
    public static RecordingException Data(string place, string why, string action, Exception? inner = null) =>
        new($"Cannot import {place}: {why}. {action}", inner);

    /// <summary>The map asks for something that cannot be.</summary>
    public static ConfigurationException Map(string place, string why) =>
        new($"Cannot use the import map, {place}: {why}. See config/imports/README.md.");
}
