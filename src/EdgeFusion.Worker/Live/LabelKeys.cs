namespace EdgeFusion.Worker.Live;

/// <summary>Keys of a terminal that set labels: a key begins its label, or ends it where it is open.</summary>
/// <param name="keys">Head and label by key.</param>
internal sealed class LabelKeys(IReadOnlyDictionary<char, (string Head, string Label)> keys)
{
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(20);

    /// <summary>Reads "r=colour:red,g=colour:green".</summary>
    /// <exception cref="ConfigurationException">It is something else.</exception>
    public static LabelKeys Parse(string text)
    {
        var keys = new Dictionary<char, (string, string)>();
        foreach (string part in text.Split(',', StringSplitOptions.TrimEntries))
        {
            string[] sides = part.Split('=', 2);
            string[] names = sides.Length == 2 ? sides[1].Split(':', 2) : [];
            if (sides[0].Length != 1 || names.Length != 2 || names[0].Length == 0 || names[1].Length == 0
                || !keys.TryAdd(sides[0][0], (names[0], names[1])))
            {
                throw new ConfigurationException(
                    $"--label-keys: '{part}' is not KEY=HEAD:LABEL with one letter or digit that is not taken, e.g. "
                    + "r=colour:red.");
            }
        }

        return new LabelKeys(keys);
    }

    /// <summary>A key has been pressed.</summary>
    /// <returns>What it did, for people; null where it means nothing.</returns>
    public string? Press(char key, LiveLabels labels)
    {
        if (!keys.TryGetValue(key, out (string Head, string Label) meant))
        {
            return null;
        }

        (string head, string label) = meant;
        bool isOpen = labels.Open(head) == label;
        string? fault = isOpen ? labels.Stop(head) : labels.Start(head, label);
        return fault ?? $"label {head}:{label} {(isOpen ? "ended" : "begun")}";
    }

    /// <summary>Reads keys until cancelled.</summary>
    /// <exception cref="ConfigurationException">There is no terminal to read them from.</exception>
    public void Watch(LiveLabels labels, CancellationToken stopping)
    {
        if (Console.IsInputRedirected)
        {
            throw new ConfigurationException("--label-keys needs a terminal: the input comes from somewhere else.");
        }

        var thread = new Thread(() =>
        {
            while (!stopping.WaitHandle.WaitOne(Poll))
            {
                while (Console.KeyAvailable)
                {
                    if (Press(Console.ReadKey(intercept: true).KeyChar, labels) is { } done)
                    {
                        Console.Error.WriteLine(done);
                    }
                }
            }
        })
        { Name = "edgefusion-keys", IsBackground = true };
        thread.Start();
    }
}
