using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using SecureFL.Learning.Settings;
using SecureFL.Messages.Text;
using SecureFL.Transport.Formats;

namespace SecureFL.Consortium.Plans.Descriptions;

/// <summary>
/// Reads a description from JSON with comments and trailing commas, member by member against
/// <see cref="DescriptionShape"/>, so that a fault is told with its line, its column, and the nearest name that there
/// is.
/// </summary>
internal sealed partial class DescriptionReader(byte[] utf8, string source)
{
    private const int MaxDepth = 16;
    private static readonly JsonDocumentOptions Lenient = new()
    { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true, MaxDepth = MaxDepth };

    /// <summary>The members that the file has, and no others.</summary>
    /// <exception cref="DescriptionException">Not JSON, an unknown or doubled member, or a value of another
    /// kind.</exception>
    internal JsonObject Read()
    {
        ReadOnlySpan<byte> bytes = utf8.AsSpan().StartsWith("\uFEFF"u8) ? utf8.AsSpan(3) : utf8;
        JsonReaderOptions options = new()
        { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true, MaxDepth = MaxDepth };
        Utf8JsonReader reader = new(bytes, options);
        try
        {
            if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
            {
                throw Fault(bytes, 0, "a description is a JSON object: { ... }");
            }

            JsonObject members = ReadObject(ref reader, bytes, DescriptionShape.Root, "");
            return reader.Read() ? throw Fault(bytes, reader.TokenStartIndex, "more text after the description")
                : members;
        }
        catch (JsonException fault)
        {
            string place = fault.LineNumber is long line
                ? $"{source}, line {line + 1}, column {(fault.BytePositionInLine ?? 0) + 1}" : source;
            throw fault.Message.Contains("maximum configured depth", StringComparison.Ordinal)
                ? new DescriptionException($"{place}: nested too deeply: at most {MaxDepth} levels are read",
                    "docs/training.md shows what a description has")
                : new DescriptionException(
                    $"{place}: this is not JSON{FaultText.ExpectedOf(fault)}",
                    "look for a missing comma, quotation mark or brace there; comments and trailing commas are "
                    + "allowed");
        }
    }

    private JsonObject ReadObject(ref Utf8JsonReader reader, ReadOnlySpan<byte> bytes,
        ImmutableSortedDictionary<string, Type> shape, string prefix)
    {
        JsonObject read = [];
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            string name = reader.GetString()!;
            long at = reader.TokenStartIndex;
            if (!shape.TryGetValue(name, out Type? type))
            {
                throw Fault(bytes, at, $"there is no {prefix}{name}", Nearest(name, prefix, shape.Keys));
            }

            if (read.ContainsKey(name))
            {
                throw Fault(bytes, at, $"{prefix}{name} is there twice", "leave one of them");
            }

            reader.Read();
            read[name] = ReadValue(ref reader, bytes, type, prefix + name);
        }

        return read;
    }

    private JsonNode? ReadValue(ref Utf8JsonReader reader, ReadOnlySpan<byte> bytes, Type type, string path)
    {
        if (reader.TokenType == JsonTokenType.StartObject && DescriptionShape.Members(type) is { } members)
        {
            return ReadObject(ref reader, bytes, members, path + ".");
        }

        if (reader.TokenType == JsonTokenType.StartArray && DescriptionShape.Element(type) is Type element
            && DescriptionShape.Members(element) is not null)
        {
            JsonArray array = [];
            while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
            {
                array.Add(ReadValue(ref reader, bytes, element, $"{path}[{array.Count}]"));
            }

            return array;
        }

        int start = checked((int)reader.TokenStartIndex);
        reader.Skip();
        JsonNode? value = JsonNode.Parse(bytes[start..checked((int)reader.BytesConsumed)], documentOptions: Lenient);
        if (!Fits(value, type))
        {
            throw Fault(bytes, start, $"{path} is {Shown(value)}", $"it is {Expected(type, path)}");
        }

        RequireRange(bytes, start, value, type, path);
        return value;
    }

    // A number beyond its type's range becomes infinity on reading.
    private void RequireRange(ReadOnlySpan<byte> bytes, int at, JsonNode? value, Type type, string path)
    {
        if (value is JsonArray array && DescriptionShape.Element(type) is Type element)
        {
            for (int i = 0; i < array.Count; i++)
            {
                RequireRange(bytes, at, array[i], element, string.Create(CultureInfo.InvariantCulture, $"{path}[{i}]"));
            }
        }
        else if (value is not null && DescriptionRanges.Of(InArrays().Replace(path, "[]"), type) is NumberRange range
            && !range.Holds(value.Deserialize<double>(DeploymentJson.Compact) is var number
                && DescriptionShape.Underlying(type) == typeof(float) ? (float)number : number))
        {
            throw Fault(bytes, at, $"{path} is {Shown(value)}: {range.Words} is accepted",
                $"it is {Expected(type, path)}");
        }
    }

    private static bool Fits(JsonNode? value, Type type)
    {
        if (value is null)
        {
            return Nullable.GetUnderlyingType(type) is not null
                || (!type.IsValueType && DescriptionShape.NamesOf(type) is null);
        }

        if (DescriptionShape.NamesOf(type) is { } names)
        {
            return value.GetValueKind() == JsonValueKind.String && names.Contains(value.GetValue<string>());
        }

        try
        {
            return value.Deserialize(type, DeploymentJson.Compact) is not null;
        }
        catch (Exception fault) when (fault is JsonException or InvalidOperationException or ArgumentException
            or FormatException or OverflowException)
        {
            return false;
        }
    }

    private static string Expected(Type nullable, string path)
    {
        Type type = DescriptionShape.Underlying(nullable);
        return DescriptionShape.NamesOf(type) is { } names ? $"one of {string.Join(", ", names)}"
            : type == typeof(bool) ? "true or false"
            : type == typeof(string) ? "a text in quotation marks"
            : DescriptionRanges.Of(InArrays().Replace(path, "[]"), type) is NumberRange range
                ? $"{(type == typeof(double) || type == typeof(float) ? "a number" : "a whole number")}, {range.Words}"
            : DescriptionShape.Members(type) is { } members ? $"an object with {string.Join(", ", members.Keys)}"
            : DescriptionShape.Element(type) is Type element
            ? $"an array, each element {Expected(element, path + "[]")}"
            : "a digest of 64 hexadecimal digits";
    }

    private static string Shown(JsonNode? value)
    {
        const int Most = 40;
        string text = value?.ToJsonString(DeploymentJson.Compact) ?? "null";
        return text.Length <= Most ? text : text[..Most] + "...";
    }

    private static string Nearest(string name, string prefix, IEnumerable<string> known)
    {
        string[] elsewhere = [.. DescriptionShape.Paths()
            .Where(path => path == name || path.EndsWith("." + name, StringComparison.Ordinal))];
        if (elsewhere.Length > 0)
        {
            return $"there is {string.Join(" and ", elsewhere)}";
        }

        string[] names = [.. known];
        string nearest = names.MinBy(other => Distance(name, other))!;
        return Distance(name, nearest) <= Math.Max(2, name.Length / 2) ? $"the nearest is {prefix}{nearest}"
            : $"there are {string.Join(", ", names)}";
    }

    // Levenshtein: the fewest letters to add, take away or change.
    private static int Distance(string a, string b)
    {
        int[] row = [.. Enumerable.Range(0, b.Length + 1)];
        for (int i = 1; i <= a.Length; i++)
        {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= b.Length; j++)
            {
                int same = char.ToLowerInvariant(a[i - 1]) == char.ToLowerInvariant(b[j - 1]) ? 0 : 1;
                (diagonal, row[j]) = (row[j], Math.Min(diagonal + same, 1 + Math.Min(row[j], row[j - 1])));
            }
        }

        return row[b.Length];
    }

    [GeneratedRegex(@"\[[0-9]+\]")]
    private static partial Regex InArrays();

    private DescriptionException Fault(ReadOnlySpan<byte> bytes, long at, string problem, string? hint = null)
    {
        ReadOnlySpan<byte> before = bytes[..(int)at];
        int line = before.Count((byte)'\n') + 1;
        int column = System.Text.Encoding.UTF8.GetCharCount(before[(before.LastIndexOf((byte)'\n') + 1)..]) + 1;
        return new DescriptionException($"{source}, line {line}, column {column}: {problem}",
            hint ?? "docs/training.md shows what a description has");
    }
}
