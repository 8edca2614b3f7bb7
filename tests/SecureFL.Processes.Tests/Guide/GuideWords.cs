using System.Text;
using System.Text.RegularExpressions;

namespace SecureFL.Processes.Tests.Guide;

/// <summary>
/// What one run puts in the place of <c>&lt;words of ...&gt;</c>: the first output that shows it binds it, everything
/// later must agree.
/// </summary>
/// <param name="replacements">Addresses of the guide, and the ones of this run.</param>
internal sealed partial class GuideWords(IReadOnlyDictionary<string, string> replacements)
{
    private readonly Dictionary<string, string> _bound = [];

    /// <summary>A text of the guide as it is in this run.</summary>
    public string Fill(string text)
    {
        foreach ((string from, string to) in replacements)
        {
            text = text.Replace(from, to, StringComparison.Ordinal);
        }

        return Place().Replace(text, match => _bound.GetValueOrDefault(match.Groups["name"].Value, match.Value));
    }

    /// <summary>Whether a text still has a place that nothing was shown for.</summary>
    public static bool IsOpen(string text) => Place().IsMatch(text);

    /// <summary>
    /// Compares an output with what the guide shows: <c>...</c> is anything within a line, or any lines. Binds places
    /// that it shows.
    /// </summary>
    public bool Matches(IReadOnlyList<string> expected, string actual)
    {
        List<string> names = [];
        StringBuilder pattern = new(@"\A");
        foreach (string line in expected.Select(Fill))
        {
            if (line.Trim() == "...")
            {
                pattern.Append(@"(?:[^\n]*\n)*?");
                continue;
            }

            int end = 0;
            foreach (Match match in Hole().Matches(line))
            {
                pattern.Append(Regex.Escape(line[end..match.Index]));
                end = match.Index + match.Length;
                string name = match.Groups["name"].Value;
                if (name.Length == 0)
                {
                    pattern.Append(@"[^\n]*?");
                }
                else if (names.Contains(name))
                {
                    pattern.Append($@"\k<g{names.IndexOf(name)}>");
                }
                else
                {
                    pattern.Append($@"(?<g{names.Count}>\S[^\n]*?)");
                    names.Add(name);
                }
            }

            pattern.Append(Regex.Escape(line[end..].TrimEnd())).Append(@"[ \t]*\n");
        }

        string text = actual.ReplaceLineEndings("\n");
        Match found = Regex.Match(text.EndsWith('\n') || text.Length == 0 ? text : text + "\n",
            pattern.Append(@"\z").ToString(), RegexOptions.None, TimeSpan.FromSeconds(20));
        for (int i = 0; found.Success && i < names.Count; i++)
        {
            _bound[names[i]] = found.Groups[$"g{i}"].Value;
        }

        return found.Success;
    }

    [GeneratedRegex(@"<(?<name>[a-z][^<>\n]*)>")]
    private static partial Regex Place();

    [GeneratedRegex(@"<(?<name>[a-z][^<>\n]*)>|\.\.\.")]
    private static partial Regex Hole();
}
