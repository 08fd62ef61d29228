using EdgeFusion.Publishing.Policies;
using EdgeFusion.Worker.Configuration;

namespace EdgeFusion.Worker.Composition;

/// <summary>What is configured per head in the words of the publisher.</summary>
internal static class HeadPolicies
{
    /// <summary>The policies by their words.</summary>
    public static readonly string[] Words = ["every", "on_change", "events"];

    public static IReadOnlyDictionary<string, HeadPublishOptions> From(IReadOnlyDictionary<string, HeadOptions> heads)
    {
        var result = new Dictionary<string, HeadPublishOptions>(StringComparer.Ordinal);
        foreach ((string name, HeadOptions head) in heads)
        {
            result[name] = From(head);
        }

        return result;
    }

    /// <summary>What is wrong without knowing the model.</summary>
    public static IEnumerable<string> Faults(HeadOptions head)
    {
        if (Array.IndexOf(Words, head.Policy) < 0)
        {
            return [$"Policy is '{head.Policy}'; there are {string.Join(", ", Words)}"];
        }

        return double.IsFinite(head.MinIntervalMs) && double.IsFinite(head.MaxIntervalMs)
            && Math.Max(Math.Abs(head.MinIntervalMs), Math.Abs(head.MaxIntervalMs)) < int.MaxValue
            ? From(head).Check()
            : ["MinIntervalMs must be 0..3600000 and MaxIntervalMs 0..86400000"];
    }

    private static HeadPublishOptions From(HeadOptions head) => new()
    {
        Policy = (PublishPolicy)Math.Max(0, Array.IndexOf(Words, head.Policy)),
        Threshold = head.Threshold,
        MinInterval = TimeSpan.FromMilliseconds(head.MinIntervalMs),
        MaxInterval = TimeSpan.FromMilliseconds(head.MaxIntervalMs),
        Labels = [.. head.Labels],
    };
}
