using System.Collections.Immutable;

namespace EdgeFusion.Publishing.Commands;

/// <summary>Which commands a node takes, and how many.</summary>
public sealed record CommandOptions
{
    /// <summary>How long an answer is worth delivering.</summary>
    public static readonly TimeSpan ReplyExpiry = TimeSpan.FromSeconds(30);

    /// <summary>Names of the verbs that are taken; empty (default) = none.</summary>
    public ImmutableArray<string> Allow { get; init; } = [];

    /// <summary>Most messages looked at in a second, 1..100; default 5.</summary>
    public int PerSecond { get; init; } = 5;

    /// <summary>Checks all values.</summary>
    /// <exception cref="ConfigurationException">Some are wrong; the message lists all of them.</exception>
    public void Validate()
    {
        var faults = new List<string>();
        foreach (string name in Allow)
        {
            if (CommandVerb.Find(name) is null)
            {
                faults.Add($"there is no command '{name}'; there are {string.Join(", ", Names())}");
            }
        }

        if (PerSecond is < 1 or > 100)
        {
            faults.Add("PerSecond must be 1..100");
        }

        if (faults.Count > 0)
        {
            throw new ConfigurationException("The command options are wrong: " + string.Join("; ", faults) + ".");
        }
    }

    private static string[] Names()
    {
        string[] names = new string[CommandVerb.All.Length];
        for (int i = 0; i < names.Length; i++)
        {
            names[i] = CommandVerb.All[i].Name;
        }

        return names;
    }
}
