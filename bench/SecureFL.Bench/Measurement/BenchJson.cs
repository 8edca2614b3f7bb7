using System.Text.Json;
using System.Text.Json.Serialization;

namespace SecureFL.Bench.Measurement;

/// <summary><c>--json FILE</c>: {schema, machine, arms}.</summary>
internal static class BenchJson
{
    private static readonly JsonSerializerOptions Options = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        WriteIndented = true,
        Converters = { new NumberOrNull() }
    };

    internal static void Write<T>(FileInfo? file, Machine machine, IReadOnlyList<T> arms)
    {
        if (file is not null)
        {
            File.WriteAllText(file.FullName, JsonSerializer.Serialize(new { schema = 1, machine, arms }, Options));
        }
    }

    /// <summary>A figure that too few samples gave is null.</summary>
    private sealed class NumberOrNull : JsonConverter<double>
    {
        public override double Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            reader.TokenType == JsonTokenType.Null ? double.NaN : reader.GetDouble();

        public override void Write(Utf8JsonWriter writer, double value, JsonSerializerOptions options)
        {
            if (double.IsFinite(value))
            {
                writer.WriteNumberValue(value);
            }
            else
            {
                writer.WriteNullValue();
            }
        }
    }
}
