using System.Globalization;
using System.Text;
using SecureFL.Messages.Primitives;

namespace SecureFL.Messages.Text;

/// <summary>
/// What names are made of, and how text that somebody else wrote is shown: characters that move a cursor, turn the
/// direction of writing or take no room never reach a terminal, a log or a page as they are, because they can make one
/// line look like another. Thread-safe.
/// </summary>
public static class PrintableText
{
    /// <summary>
    /// Longest name of a column, category, class, tensor or site, in UTF-8 bytes. Parties and counters have
    /// <see cref="ProtocolLimits.MaxNameBytes"/>.
    /// </summary>
    public const int MaxNameBytes = 256;

    /// <summary>
    /// Whether a code point is control, bidirectional formatting, of no width, a line or paragraph separator, half of a
    /// pair, for private use, or no character at all: the list of the specification's section 4.6, which does not
    /// change with Unicode.
    /// </summary>
    public static bool IsHidden(int codePoint) => codePoint
        is < 0x20 or (>= 0x7F and <= 0x9F) or 0xAD or 0x34F or 0x61C or 0x115F or 0x1160 or 0x17B4 or 0x17B5
        or (>= 0x180B and <= 0x180F) or (>= 0x200B and <= 0x200F) or (>= 0x2028 and <= 0x202E) or (>= 0x2060
        and <= 0x206F) or 0x3164
        or (>= 0xD800 and <= 0xF8FF) or (>= 0xFDD0 and <= 0xFDEF) or (>= 0xFE00 and <= 0xFE0F) or 0xFEFF or 0xFFA0
        or (>= 0xFFF0 and <= 0xFFFB)
        or (>= 0x13430 and <= 0x1343F) or (>= 0x1BCA0 and <= 0x1BCA3) or (>= 0x1D173 and <= 0x1D17A) or (>= 0xE0000
        and <= 0xE0FFF) or >= 0xF0000
        || (codePoint & 0xFFFE) == 0xFFFE;

    /// <summary>What makes a text no name, in words that follow it; null for a name.</summary>
    /// <param name="name">The text.</param>
    /// <param name="maxBytes">Longest name in UTF-8 bytes.</param>
    public static string? FaultOf(string? name, int maxBytes = MaxNameBytes)
    {
        if (string.IsNullOrEmpty(name))
        {
            return "is empty";
        }

        for (int i = 0; i < name.Length; i += CodePointLength(name, i))
        {
            int codePoint = CodePointAt(name, i);
            if (IsHidden(codePoint))
            {
                return string.Create(CultureInfo.InvariantCulture,
                    $"has U+{codePoint:X4} at character {i + 1}, which does not print");
            }
        }

        return char.IsWhiteSpace(name[0]) || char.IsWhiteSpace(name[^1]) ? "begins or ends with a space"
            : System.Text.Encoding.UTF8.GetByteCount(name) is int bytes && bytes > maxBytes
            ? string.Create(CultureInfo.InvariantCulture, $"has {bytes} bytes, at most {maxBytes}")
            : null;
    }

    /// <summary>Refuses a text that is no name.</summary>
    /// <param name="name">The text.</param>
    /// <param name="what">What it names, for example <c>the column</c>.</param>
    /// <param name="maxBytes">Longest name in UTF-8 bytes.</param>
    /// <exception cref="ArgumentException">Says what is wrong with it; the name in the message is escaped.</exception>
    public static void RequireName(string? name, string what, int maxBytes = MaxNameBytes)
    {
        if (FaultOf(name, maxBytes) is string fault)
        {
            throw new ArgumentException($"{what} {Quoted(name ?? "")} {fault}");
        }
    }

    /// <summary>The text on one line: hidden characters as <c>\uXXXX</c>, ends of lines included.</summary>
    public static string Line(string text) => Escape(text, keepLines: false);

    /// <summary>
    /// The text with its lines: hidden characters other than line feeds as <c>\uXXXX</c>; a carriage return before a
    /// line feed is left out.
    /// </summary>
    public static string Lines(string text) => Escape(text, keepLines: true);

    /// <summary>
    /// A name among other words: as it is where nobody can take it for something else, in quotation marks otherwise.
    /// Spaces that a line could be filled with are escaped.
    /// </summary>
    public static string Name(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        bool plain = FaultOf(name) is null
            && !name.AsSpan().ContainsAny(",;:\"\\")
            && !name.Contains("  ", StringComparison.Ordinal)
            && !name.Any(c => c != ' ' && char.IsWhiteSpace(c));
        return plain ? name : Quoted(name);
    }

    private static string Quoted(string name)
    {
        const int Most = 80;
        StringBuilder text = new("\"");
        int i = 0;
        for (; i < name.Length && i < Most; i += CodePointLength(name, i))
        {
            int codePoint = CodePointAt(name, i);
            bool filling = char.IsWhiteSpace(name[i])
                && (name[i] != ' ' || i == 0 || i == name.Length - 1 || name[i - 1] == ' ');
            AppendEscaped(text, name.AsSpan(i, CodePointLength(name, i)), IsHidden(codePoint) || filling);
        }

        return text.Append(i < name.Length ? "...\"" : "\"").ToString();
    }

    private static string Escape(string text, bool keepLines)
    {
        ArgumentNullException.ThrowIfNull(text);
        StringBuilder? escaped = null;
        for (int i = 0; i < text.Length;)
        {
            int length = CodePointLength(text, i);
            bool hidden = IsHidden(CodePointAt(text, i)) && !(keepLines && text[i] == '\n');
            if (hidden && escaped is null)
            {
                escaped = new StringBuilder(text, 0, i, text.Length + 16);
            }

            if (!(keepLines && text[i] == '\r' && i + 1 < text.Length && text[i + 1] == '\n'))
            {
                AppendEscaped(escaped, text.AsSpan(i, length), hidden);
            }

            i += length;
        }

        return escaped?.ToString() ?? text;
    }

    private static void AppendEscaped(StringBuilder? text, ReadOnlySpan<char> units, bool hidden)
    {
        foreach (char unit in units)
        {
            _ = hidden ? text?.Append(CultureInfo.InvariantCulture, $"\\u{(int)unit:X4}") : text?.Append(unit);
        }
    }

    private static int CodePointLength(string text, int at) => char.IsSurrogatePair(text, at) ? 2 : 1;

    private static int CodePointAt(string text, int at) => char.IsSurrogatePair(text, at)
        ? char.ConvertToUtf32(text[at], text[at + 1]) : text[at];
}
