using System.Text;

namespace EdgeFusion.Worker.Tests.Docs;

/// <summary>Takes commands out of shell text, as far as documents use the shell: pipes, lists, quotes, comments,
/// assignments before a command.</summary>
internal static class ShellLine
{
    /// <summary>The commands of a block, each as its words.</summary>
    public static IEnumerable<string[]> Commands(IEnumerable<string> lines)
    {
        string text = string.Join('\n', lines).Replace("\\\n", " ", StringComparison.Ordinal);
        foreach (string line in text.Split('\n'))
        {
            foreach (List<string> words in Split(line))
            {
                string[] command = [.. words.SkipWhile(word => IsAssignment(word) || word is "sudo" or "&")];
                if (command.Length > 0)
                {
                    yield return command;
                }
            }
        }
    }

    private static bool IsAssignment(string word) =>
        word.IndexOf('=', StringComparison.Ordinal) is > 0 and int at
        && word[..at].All(c => char.IsAsciiLetterOrDigit(c) || c == '_');

    private static List<List<string>> Split(string line)
    {
        var commands = new List<List<string>> { new() };
        var word = new StringBuilder();
        char quote = '\0';
        bool open = false;
        for (int i = 0; i <= line.Length; i++)
        {
            char c = i < line.Length ? line[i] : '\n';
            if (quote != '\0')
            {
                if (c == quote)
                {
                    quote = '\0';
                    continue;
                }

                word.Append(c);
                continue;
            }

            if (c is '\'' or '"')
            {
                quote = c;
                open = true;
                continue;
            }

            bool comment = c == '#' && word.Length == 0 && !open;
            if (!char.IsWhiteSpace(c) && c is not ('|' or ';' or '&') && !comment)
            {
                word.Append(c);
                continue;
            }

            if (word.Length > 0 || open)
            {
                commands[^1].Add(word.ToString());
                word.Clear();
                open = false;
            }

            if (c is '|' or ';' or '&' && commands[^1].Count > 0)
            {
                commands.Add([]);
            }

            if (comment)
            {
                break;
            }
        }

        return commands;
    }
}
