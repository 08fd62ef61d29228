namespace EdgeFusion.Worker.Subscribing;

/// <summary>Checks that two messages in a row and what was kept back between them make up all predictions.</summary>
/// <remarks>Messages come out of order. What has both neighbours is forgotten, so that memory grows with the gaps only.
/// </remarks>
internal sealed class PublicationChain
{
    private readonly Dictionary<long, Link> _links = [];

    /// <summary>Takes a message.</summary>
    /// <returns>How many of its neighbours it does not fit.</returns>
    public int Contradictions(long seq, Publication said)
    {
        var link = new Link(said, _links.ContainsKey(seq - 1) || seq == 0, _links.ContainsKey(seq + 1));
        int wrong = 0;
        if (_links.TryGetValue(seq - 1, out Link before))
        {
            wrong += Follows(before.Said, said) ? 0 : 1;
            Keep(seq - 1, before with { HasNext = true });
        }

        if (_links.TryGetValue(seq + 1, out Link after))
        {
            wrong += Follows(said, after.Said) ? 0 : 1;
            Keep(seq + 1, after with { HasPrevious = true });
        }

        Keep(seq, link);
        return wrong;
    }

    /// <summary>The end of one event and the start of the next may come from one prediction.</summary>
    private static bool Follows(Publication first, Publication second) =>
        second.Prediction == first.Prediction + second.Suppressed + 1
        || (second.Prediction == first.Prediction && second.Suppressed == 0);

    private void Keep(long seq, Link link)
    {
        if (link.HasPrevious && link.HasNext)
        {
            _links.Remove(seq);
        }
        else
        {
            _links[seq] = link;
        }
    }

    private readonly record struct Link(Publication Said, bool HasPrevious, bool HasNext);
}
