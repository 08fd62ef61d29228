using EdgeFusion.Worker.Configuration;
using Microsoft.Extensions.Logging;

namespace EdgeFusion.Worker.Live;

/// <summary>The least level that is logged; may be changed while the worker runs.</summary>
internal sealed class LogSwitch(LogLevel level)
{
    private volatile int _level = (int)level;

    /// <summary>The words of the configuration, by level.</summary>
    public static readonly string[] Words = ["trace", "debug", "information", "warning", "error", "critical"];

    /// <summary>The level in force.</summary>
    public LogLevel Level
    {
        get => (LogLevel)_level;
        set => _level = (int)value;
    }

    /// <summary>The level that a configuration asks for.</summary>
    public static LogLevel Of(LogOptions options) => (LogLevel)Array.IndexOf(Words, options.Level);

    /// <summary>Whether a line of a category and level is written; the web server's own from warnings on.</summary>
    public bool Admits(string? category, LogLevel level) => level >= Level
        && (level >= LogLevel.Warning || category is null
            || !category.StartsWith("Microsoft", StringComparison.Ordinal));

    /// <summary>Whether lines carry the journal's levels: asked for, or the journal reads standard error.</summary>
    public static bool IsJournal(LogOptions options, Func<string, string?> variable) => options.Format switch
    {
        "journal" => true,
        "text" => false,
        _ => variable("JOURNAL_STREAM") is { Length: > 0 },
    };
}
