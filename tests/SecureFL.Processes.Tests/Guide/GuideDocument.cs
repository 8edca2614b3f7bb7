using System.Globalization;
using System.Text.RegularExpressions;

namespace SecureFL.Processes.Tests.Guide;

/// <summary>One command of the guide: on which machine, what it prints, how it ends.</summary>
/// <param name="Machine">The prompt.</param>
/// <param name="Text">The command.</param>
/// <param name="Output">The lines that it prints; none where the guide shows none.</param>
/// <param name="ExitCode">Its exit code.</param>
/// <param name="Repeat">Whether it is repeated until it prints that.</param>
internal sealed record GuideCommand(string Machine, string Text, IReadOnlyList<string> Output, int ExitCode,
    bool Repeat);

/// <summary>One fenced block, for one machine where the guide means several.</summary>
/// <param name="Kind">console, files, json or csv.</param>
/// <param name="Info">What stands behind the kind.</param>
/// <param name="Body">The lines.</param>
internal sealed record GuideBlock(string Kind, string Info, string Body);

/// <summary>
/// The fenced blocks of a guide, in order. A block in which <c>hospital</c> or <c>HOSPITAL</c> occurs stands for one
/// block for each hospital, and the same for
/// <c>holder</c>.
/// </summary>
internal static partial class GuideDocument
{
    public static IEnumerable<GuideBlock> Blocks(string markdown, IReadOnlyList<string> hospitals,
        IReadOnlyList<string> holders) =>
        Fence().Matches(markdown.ReplaceLineEndings("\n"))
            .Select(
                match => new GuideBlock(match.Groups["kind"].Value, match.Groups["info"].Value.Trim(),
                    match.Groups["body"].Value))
            .SelectMany(block => Expand(block, "hospital", hospitals))
            .SelectMany(block => Expand(block, "holder", holders));

    public static IEnumerable<GuideCommand> Commands(GuideBlock block)
    {
        string[] lines = block.Body.TrimEnd('\n').Split('\n');
        int i = 0;
        while (i < lines.Length)
        {
            Match prompt = Prompt().Match(lines[i++]);
            if (!prompt.Success)
            {
                throw new FormatException($"no prompt: {lines[i - 1]}");
            }

            string text = prompt.Groups["text"].Value;
            while (text.EndsWith('\\'))
            {
                text = text[..^1] + lines[i++].Trim();
            }

            List<string> output = [];
            while (i < lines.Length && !Prompt().IsMatch(lines[i]))
            {
                output.Add(lines[i++]);
            }

            int exitCode = 0;
            if (output.Count > 0 && Ending().Match(output[^1]) is { Success: true } ending)
            {
                exitCode = int.Parse(ending.Groups["code"].Value, CultureInfo.InvariantCulture);
                output.RemoveAt(output.Count - 1);
            }

            yield return new GuideCommand(prompt.Groups["machine"].Value, text, output, exitCode,
                block.Info == "repeat");
        }
    }

    private static IEnumerable<GuideBlock> Expand(GuideBlock block, string word, IReadOnlyList<string> names)
    {
        Regex place = new($@"\b{word}(?=\$ |: )|(?<=^){word}(?=/)", RegexOptions.None, TimeSpan.FromSeconds(5));
        string name = word.ToUpperInvariant();
        return place.IsMatch(block.Body) || place.IsMatch(block.Info)
            || block.Body.Contains(name, StringComparison.Ordinal)
            ? names.Select(each => block with
            {
                Info = place.Replace(block.Info, each),
                Body = place.Replace(block.Body, each).Replace(name, each, StringComparison.Ordinal),
            })
            : [block];
    }

    [GeneratedRegex(@"^```(?<kind>[a-z]+)(?<info>[^\n]*)\n(?<body>.*?)^```$", RegexOptions.Multiline
        | RegexOptions.Singleline)]
    private static partial Regex Fence();

    [GeneratedRegex(@"^(?<machine>[a-z][a-z-]*)\$ (?<text>.+)$")]
    private static partial Regex Prompt();

    [GeneratedRegex(@"^\(exit code (?<code>\d+)\)$")]
    private static partial Regex Ending();
}
