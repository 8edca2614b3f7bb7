using System.Text;
using SecureFL.Cli.Shell;

namespace SecureFL.Cli.Trainers;

/// <summary>A command in one text: words between blanks, quotes keep blanks together. No shell is involved.</summary>
internal static class CommandText
{
    internal static IReadOnlyList<string> Split(string command)
    {
        List<string> words = [];
        StringBuilder word = new();
        char quote = '\0';
        bool begun = false;
        foreach (char c in command)
        {
            if (quote != '\0')
            {
                if (c == quote)
                {
                    quote = '\0';
                }
                else
                {
                    word.Append(c);
                }
            }
            else if (c is '"' or '\'')
            {
                quote = c;
                begun = true;
            }
            else if (!char.IsWhiteSpace(c))
            {
                word.Append(c);
                begun = true;
            }
            else if (begun)
            {
                words.Add(word.ToString());
                word.Clear();
                begun = false;
            }
        }

        if (begun)
        {
            words.Add(word.ToString());
        }

        return quote == '\0' && words.Count > 0
            ? words
            : throw new CliException(ExitCode.Usage, $"not a command: {command}",
                "for example --trainer \"python3 train.py\"");
    }
}
