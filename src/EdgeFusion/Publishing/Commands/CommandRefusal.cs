namespace EdgeFusion.Publishing.Commands;

/// <summary>Why a command was not even tried.</summary>
public enum CommandRefusal
{
    /// <summary>The broker had kept it: it may be old.</summary>
    Retained,

    /// <summary>More than 4 KiB.</summary>
    TooLarge,

    /// <summary>Too many within a second, or more waiting than there is room for.</summary>
    TooOften,

    /// <summary>No such command, or one that the configuration does not allow.</summary>
    NotAllowed,

    /// <summary>Its answer would go somewhere else than below this node's topic for answers.</summary>
    ResponseTopic,

    /// <summary>Not what the command's schema says.</summary>
    Malformed,
}
