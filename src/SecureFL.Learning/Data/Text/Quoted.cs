using System.Buffers;
using System.Globalization;

namespace SecureFL.Learning.Data.Text;

/// <summary>How messages quote what stands in cells. Thread-safe.</summary>
internal static class Quoted
{
    /// <summary>Most values that a message lists.</summary>
    internal const int Shown = 5;

    private static readonly SearchValues<char> ShellMarks = SearchValues.Create(" \"'<>|&$`\\*?#;()");

    /// <summary>A cell between marks; at most 40 characters of it.</summary>
    internal static string Text(string text) => text.Length <= 40 ? $"'{text}'" : $"'{text[..40]}...'";

    /// <summary>Values with commas between them: at most five.</summary>
    internal static string List(IEnumerable<string> values)
    {
        string[] all = [.. values];
        string list = string.Join(", ", all.Take(Shown));
        return all.Length > Shown ? string.Create(CultureInfo.InvariantCulture, $"{list} and {all.Length - Shown} more")
            : list;
    }

    /// <summary>The text as it is typed behind an option.</summary>
    internal static string Argument(string text) => text.AsSpan().ContainsAny(ShellMarks) ? $"'{text}'" : text;
}
