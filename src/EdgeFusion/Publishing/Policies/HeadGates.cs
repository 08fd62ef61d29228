using EdgeFusion.Models;

namespace EdgeFusion.Publishing.Policies;

/// <summary>Finds the policy of each head of a model. Pure.</summary>
internal static class HeadGates
{
    /// <summary>What stands for all heads that are not named.</summary>
    public const string AnyHead = "*";

    /// <summary>One policy per head, in the model's order.</summary>
    /// <exception cref="ConfigurationException">A policy is wrong in itself or for its head, or names a head that is
    /// not there; the message lists all faults.</exception>
    public static HeadPublishOptions[] Find(
        ModelManifest manifest, IReadOnlyDictionary<string, HeadPublishOptions> policies)
    {
        var faults = new List<string>();
        var found = new HeadPublishOptions[manifest.Heads.Length];
        policies.TryGetValue(AnyHead, out HeadPublishOptions? rest);
        for (int i = 0; i < found.Length; i++)
        {
            found[i] = policies.GetValueOrDefault(manifest.Heads[i].Name) ?? rest ?? HeadPublishOptions.Every;
            faults.AddRange(found[i].Check());
            faults.AddRange(found[i].Check(manifest.Heads[i]));
        }

        foreach (string name in policies.Keys)
        {
            if (name != AnyHead && !Has(manifest, name))
            {
                faults.Add($"the model has no head '{name}'; it has "
                    + string.Join(", ", Array.ConvertAll<ModelHead, string>([.. manifest.Heads], head => head.Name)));
            }
        }

        return faults.Count == 0
            ? found
            : throw new ConfigurationException(
                $"What shall be published does not fit the model '{manifest.Name}': {string.Join("; ", faults)}.");
    }

    private static bool Has(ModelManifest manifest, string head)
    {
        foreach (ModelHead candidate in manifest.Heads)
        {
            if (candidate.Name == head)
            {
                return true;
            }
        }

        return false;
    }
}
