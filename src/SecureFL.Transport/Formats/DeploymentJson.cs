using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using SecureFL.Messages.Primitives;
using SecureFL.Messages.Text;

namespace SecureFL.Transport.Formats;

/// <summary>
/// How the deployment's JSON documents are read and written: camel case, enumerations by name, unknown and doubled
/// members refused.
/// </summary>
internal static class DeploymentJson
{
    /// <summary>Deepest nesting of any document.</summary>
    private const int MaxDepth = 16;

    /// <summary>One line, for bytes that are hashed.</summary>
    internal static JsonSerializerOptions Compact { get; } = Create(indented: false);

    /// <summary>For people.</summary>
    internal static JsonSerializerOptions Indented { get; } = Create(indented: true);

    private static readonly JsonDocumentOptions DocumentOptions = new()
    { MaxDepth = MaxDepth, AllowDuplicateProperties = false };

    /// <summary>
    /// Parses a versioned document: the version is judged before the shape, so that a newer file is called newer and
    /// not malformed.
    /// </summary>
    /// <exception cref="FormatException">Not JSON, no object, or no version.</exception>
    /// <exception cref="NewerVersionException">A newer version.</exception>
    internal static JsonObject ParseVersioned(ReadOnlySpan<byte> utf8, string what, int supported)
    {
        JsonNode? node;
        try
        {
            node = JsonNode.Parse(utf8, documentOptions: DocumentOptions);
        }
        catch (JsonException fault)
        {
            throw new FormatException($"{what}: {FaultText.Of(fault)}", fault);
        }

        return RequireVersion(node, what, supported);
    }

    private static JsonObject RequireVersion(JsonNode? node, string what, int supported)
    {
        if (node is not JsonObject document || document["version"] is not JsonValue value
            || !value.TryGetValue(out long version) || version < 1)
        {
            throw new FormatException($"{what} is no JSON object with a version");
        }

        return version > supported ? throw new NewerVersionException(what, version, supported) : document;
    }

    /// <summary>Parses a versioned document of a known shape.</summary>
    /// <exception cref="FormatException">As <see cref="ParseVersioned"/>, or another shape.</exception>
    internal static T Read<T>(ReadOnlySpan<byte> utf8, string what, int supported)
        where T : class
    {
        _ = ParseVersioned(utf8, what, supported);
        try
        {
            // From the text and not from the parsed document, so that a fault knows its line.
            return JsonSerializer.Deserialize<T>(utf8, Compact) ?? throw new FormatException($"{what} is null");
        }
        catch (Exception fault) when (IsOfShape(fault))
        {
            throw new FormatException($"{what}: {FaultText.Of(fault)}", fault);
        }
    }

    /// <summary>A parsed node as a versioned document of a known shape.</summary>
    /// <exception cref="FormatException">As <see cref="Read"/>.</exception>
    internal static T BindVersioned<T>(JsonNode node, string what, int supported)
        where T : class => Bind<T>(RequireVersion(node, what, supported), what);

    /// <summary>A parsed node as an object of a known shape.</summary>
    /// <exception cref="FormatException">Another shape.</exception>
    internal static T Bind<T>(JsonNode node, string what)
        where T : class
    {
        try
        {
            return node.Deserialize<T>(Compact) ?? throw new FormatException($"{what} is null");
        }
        catch (Exception fault) when (IsOfShape(fault))
        {
            throw new FormatException($"{what}: {FaultText.Of(fault)}", fault);
        }
    }

    private static bool IsOfShape(Exception fault) =>
        fault is JsonException or ArgumentException or InvalidOperationException or NullReferenceException;

    /// <summary>UTF-8 of the indented form and a line feed.</summary>
    internal static byte[] WriteIndented<T>(T value) =>
        System.Text.Encoding.UTF8.GetBytes(JsonSerializer.Serialize(value, Indented) + "\n");

    private static JsonSerializerOptions Create(bool indented) => new()
    {
        TypeInfoResolver = new DefaultJsonTypeInfoResolver(),
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        DictionaryKeyPolicy = null,
        WriteIndented = indented,
        NewLine = "\n",
        MaxDepth = MaxDepth,
        AllowDuplicateProperties = false,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        RespectNullableAnnotations = true,
        Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        Converters = { new NamedEnumConverter(JsonNamingPolicy.CamelCase), new DigestConverter() },
    };

    private sealed class DigestConverter : JsonConverter<Digest>
    {
        public override Digest Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
        {
            string text = reader.GetString() ?? "";
            if (text.Length != 2 * Digest.Size || !text.All(char.IsAsciiHexDigitLower))
            {
                throw new JsonException(
                    $"a digest is {2 * Digest.Size} lower-case hexadecimal digits, not '{(text.Length <= 80 ? text : text[..80])}'");
            }

            return new Digest(Convert.FromHexString(text));
        }

        public override void Write(Utf8JsonWriter writer, Digest value, JsonSerializerOptions options) =>
            writer.WriteStringValue(value.ToString());
    }
}
