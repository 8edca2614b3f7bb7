using System.CommandLine;
using System.Runtime.CompilerServices;
using System.Text;

namespace SecureFL.Cli.Shell;

/// <summary>
/// Headings over the options of commands that have many: <c>--help</c> shows each group by itself, in the order in
/// which they were added.
/// </summary>
internal static class HelpGroups
{
    private const string Title = "Options:";

    private static readonly ConditionalWeakTable<Command, List<(string Heading, string[] Names)>> Groups = [];

    /// <summary>Adds options to a command, under a heading.</summary>
    internal static void Add(Command command, string heading, IEnumerable<Option> options)
    {
        Option[] all = [.. options];
        foreach (Option option in all)
        {
            command.Add(option);
        }

        List<(string Heading, string[] Names)> groups = Groups.GetOrCreateValue(command);
        string[] names = [.. all.Select(option => option.Name)];
        int known = groups.FindIndex(group => group.Heading == heading);
        if (known < 0)
        {
            groups.Add((heading, names));
        }
        else
        {
            groups[known] = (heading, [.. groups[known].Names, .. names]);
        }
    }

    /// <summary>The help of a command with its groups.</summary>
    internal static string Arrange(Command command, string help)
    {
        int start = help.IndexOf(Title, StringComparison.Ordinal);
        if (start < 0 || !Groups.TryGetValue(command, out List<(string Heading, string[] Names)>? groups))
        {
            return help;
        }

        string newline = help.Contains("\r\n", StringComparison.Ordinal) ? "\r\n" : "\n";
        List<(string Name, string Text)> entries =
            [.. Entries(help[(start + Title.Length)..].Trim('\r', '\n').Split(newline), newline)];
        StringBuilder text = new(help[..start]);
        foreach ((string heading, string[] names) in groups.Append(("Other options", [])))
        {
            string[] found = names.Length > 0
                ? [.. names.SelectMany(name => entries.Where(entry => entry.Name == name).Select(entry => entry.Text))]
                : [.. entries.Where(entry => !groups.Exists(group => group.Names.Contains(entry.Name)))
                    .Select(entry => entry.Text)];
            if (found.Length > 0)
            {
                text.Append(heading).Append(':').Append(newline).AppendJoin(newline, found).Append(newline)
                    .Append(newline);
            }
        }

        return text.ToString();
    }

    // An entry begins with two spaces and a name; a narrow terminal puts the rest of it on lines that are indented
    // further.
    private static IEnumerable<(string Name, string Text)> Entries(string[] lines, string newline)
    {
        List<string> entry = [];
        foreach (string line in lines)
        {
            if (line.StartsWith("  -", StringComparison.Ordinal) && entry.Count > 0)
            {
                yield return (NameOf(entry[0]), string.Join(newline, entry));
                entry.Clear();
            }

            entry.Add(line);
        }

        if (entry.Count > 0)
        {
            yield return (NameOf(entry[0]), string.Join(newline, entry));
        }
    }

    private static string NameOf(string line) => line.Trim().Split([' ', ','], 2)[0];
}
