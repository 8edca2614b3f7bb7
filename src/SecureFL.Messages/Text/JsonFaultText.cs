using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace SecureFL.Messages.Text;

/// <summary>
/// What is wrong with a JSON text, in words: the line where it is known, the member, and what was expected there.
/// Stateless and thread-safe.
/// </summary>
internal static partial class JsonFaultText
{
    private static readonly (string Theirs, string Ours)[] Syntax =
    [
        ("open JSON object or array", "it ends too early: a closing brace or bracket is missing"),
        ("does not contain any JSON tokens", "the text is empty"),
        ("Expected end of string", "a closing quotation mark is missing"),
        ("invalid start of a property name", "a name in quotation marks is expected"),
        ("invalid after a property name", "a colon is expected after the name"),
        ("invalid after a value", "a comma or a closing brace or bracket is expected"),
        ("trailing comma", "no comma is expected before a closing brace or bracket"),
        ("invalid after a single JSON value", "nothing more is expected after the end"),
        ("invalid start of a value", "a value is expected"),
        ("invalid end of a number", "a number is expected"),
        ("invalid JSON literal", "true, false, null, a number, or a text in quotation marks is expected"),
        ("invalid within a JSON string", "a text in quotation marks ends on its line"),
    ];

    // The framework's names of what a value was to become.
    private static readonly (string Type, string Words)[] Kinds =
    [
        ("Immutable", "a list"), ("Boolean", "true or false"), ("Int", "a whole number that is not too large"),
        ("Double", "a number"), ("Single", "a number"),
        ("Decimal", "a number"), ("String", "a text in quotation marks"),
    ];

    /// <summary>One sentence without a point.</summary>
    internal static string Of(JsonException fault)
    {
        string text = fault.Message;
        string place = Place(fault);
        string member = Member(fault);
        string[] names = [.. InQuotes().Matches(text).Select(match => match.Groups[1].Value)];
        if (text.Contains("maximum configured depth", StringComparison.Ordinal))
        {
            return Depth().Match(text) is { Success: true } most
                ? $"{place}nested too deeply: at most {most.Groups[1].Value} levels are read"
                : $"{place}nested too deeply";
        }

        return text.Contains("missing required properties", StringComparison.Ordinal)
            ? $"{(member.Length > 0 ? member + " " : "")}lacks {string.Join(", ", names.Skip(1))}"
            : text.Contains("could not be mapped", StringComparison.Ordinal) && names.Length > 0
            ? $"{(member.Length > 0 ? member : names[0])} is not known here"
            : text.Contains("uplicate", StringComparison.Ordinal)
            ? $"{(names.Length > 0 ? names[0] : "a member")} is there twice"
            : text.Contains("could not be converted", StringComparison.Ordinal)
            || text.Contains("null", StringComparison.Ordinal)
                ? $"{place}{(member.Length > 0 ? member : "the document")} has a value of another kind than is "
                + $"due{Due(text)}"
            : $"{place}this is no JSON{Expected(text)}";
    }

    /// <summary>
    /// The member that a fault is in, such as <c>builtIn.activation</c>; empty where it is not known.
    /// </summary>
    internal static string Member(JsonException fault) =>
        fault.Path is { Length: > 2 } path && path.StartsWith("$.", StringComparison.Ordinal) ? path[2..] : "";

    /// <summary>What the text should have at the fault, after a colon; empty where nobody can tell.</summary>
    internal static string Expected(string text) =>
        Array.Find(Syntax, pair => text.Contains(pair.Theirs, StringComparison.Ordinal)).Ours is string words
        ? ": " + words : "";

    private static string Place(JsonException fault) => fault.LineNumber is long line
        ? string.Create(CultureInfo.InvariantCulture, $"line {line + 1}, byte {(fault.BytePositionInLine ?? 0) + 1}: ")
        : "";

    private static string Due(string text)
    {
        int at = text.IndexOf("converted to ", StringComparison.Ordinal);
        return at >= 0 && Array.Find(Kinds,
            kind => text.AsSpan(at).Contains("System." + kind.Type, StringComparison.Ordinal)
            || (kind.Type == "Immutable" && text.AsSpan(at)
                .Contains("System.Collections", StringComparison.Ordinal))).Words is string words
            ? ": " + words
            : "";
    }

    [GeneratedRegex("'([^']*)'")]
    private static partial Regex InQuotes();

    [GeneratedRegex("depth of ([0-9]+)")]
    private static partial Regex Depth();
}
