using System.Collections.Frozen;
using System.Reflection;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace SecureFL.Messages.Text;

/// <summary>
/// Enumerations in JSON by their exact names alone: a number, several names at once, or another spelling is refused,
/// and the refusal lists the names. Thread-safe.
/// </summary>
/// <param name="naming">How a name is written that has no <see cref="JsonStringEnumMemberNameAttribute"/>; null for as
/// it is declared.</param>
public sealed class NamedEnumConverter(JsonNamingPolicy? naming = null) : JsonConverterFactory
{
    /// <inheritdoc/>
    public override bool CanConvert(Type typeToConvert)
    {
        ArgumentNullException.ThrowIfNull(typeToConvert);
        return typeToConvert.IsEnum;
    }

    /// <inheritdoc/>
    public override JsonConverter CreateConverter(Type typeToConvert, JsonSerializerOptions options) =>
        (JsonConverter)Activator.CreateInstance(typeof(Names<>).MakeGenericType(typeToConvert), naming)!;

    /// <summary>
    /// The name of a value: that of its <see cref="JsonStringEnumMemberNameAttribute"/>, or as the policy writes it.
    /// </summary>
    public static string NameOf(Enum value, JsonNamingPolicy? naming = null)
    {
        ArgumentNullException.ThrowIfNull(value);
        string declared = value.ToString();
        return value.GetType().GetField(declared)?.GetCustomAttribute<JsonStringEnumMemberNameAttribute>()?.Name
            ?? naming?.ConvertName(declared) ?? declared;
    }

    private sealed class Names<T> : JsonConverter<T>
        where T : struct, Enum
    {
        private const int Shown = 40;
        private readonly string _list;
        private readonly FrozenDictionary<string, T> _values;
        private readonly FrozenDictionary<T, string> _names;

        public Names(JsonNamingPolicy? naming)
        {
            (string Name, T Value)[] all =
                [.. Enum.GetValues<T>().Select(value => (NameOf(value, naming), value))];
            _values = all.ToFrozenDictionary(pair => pair.Name, pair => pair.Value, StringComparer.Ordinal);
            _names = all.ToFrozenDictionary(pair => pair.Value, pair => pair.Name);
            _list = string.Join(", ", all.Select(pair => pair.Name));
        }

        public override T Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
        {
            string? text = reader.TokenType switch
            {
                JsonTokenType.String => reader.GetString(),
                JsonTokenType.Number => System.Text.Encoding.UTF8.GetString(reader.ValueSpan),
                _ => null,
            };
            if (reader.TokenType == JsonTokenType.String && _values.TryGetValue(text!, out T value))
            {
                return value;
            }

            string found = text is null ? "the value"
                : PrintableText.Line(text.Length <= Shown ? text : text[..Shown] + "...");
            throw new JsonException($"{found} is none of the names {_list}");
        }

        public override void Write(Utf8JsonWriter writer, T value, JsonSerializerOptions options)
        {
            ArgumentNullException.ThrowIfNull(writer);
            writer.WriteStringValue(_names.TryGetValue(value, out string? name) ? name
                : throw new JsonException($"{value} has no name: {_list}"));
        }
    }
}
