using System.Text.Json;
using System.Text.Json.Serialization;

namespace SecureFL.Learning.ServerOptimizers;

/// <summary>
/// A server optimiser in JSON: its kind, its learning rate, every shared setting in its order, then the settings that
/// the method alone has.
/// </summary>
internal sealed class ServerOptimizerJson : JsonConverter<ServerOptimizerOptions>
{
    private const string Kind = "kind";

    public override ServerOptimizerOptions Read(ref Utf8JsonReader reader, Type typeToConvert,
        JsonSerializerOptions options)
    {
        Dictionary<string, JsonElement> members =
            JsonSerializer.Deserialize<Dictionary<string, JsonElement>>(ref reader, options) ?? [];
        ServerOptimizerOptions read = members.Remove(Kind, out JsonElement kind) ? MethodOf(kind).Defaults : new();
        foreach ((string name, JsonElement value) in members)
        {
            ServerSetting? setting = read.Method.Spelled.FirstOrDefault(one => one.Name == name);
            read = name == ServerSetting.Rate.Name ? read with { LearningRate = Number(name, value) }
                : setting is null ? throw new JsonException($"{name} is no setting of {read.Method.Key}")
                : read.With(setting, setting.IsSwitch ? On(name, value) : Number(name, value));
        }

        return read;
    }

    public override void Write(Utf8JsonWriter writer, ServerOptimizerOptions value, JsonSerializerOptions options)
    {
        writer.WriteStartObject();
        writer.WriteString(Kind, value.Method.Key);
        writer.WriteNumber(ServerSetting.Rate.Name, value.LearningRate);
        foreach (ServerSetting setting in value.Method.Spelled)
        {
            if (setting.IsSwitch)
            {
                writer.WriteBoolean(setting.Name, value[setting] != 0);
            }
            else
            {
                writer.WriteNumber(setting.Name, value[setting]);
            }
        }

        writer.WriteEndObject();
    }

    private static ServerMethod MethodOf(JsonElement kind)
    {
        try
        {
            return ServerMethods.Of(kind.ValueKind == JsonValueKind.String ? kind.GetString()! : kind.GetRawText());
        }
        catch (ArgumentException fault)
        {
            throw new JsonException(fault.Message, fault);
        }
    }

    private static double Number(string name, JsonElement value) => value.ValueKind == JsonValueKind.Number
        ? value.GetDouble() : throw new JsonException($"{name} is no number");

    private static double On(string name, JsonElement value) =>
        value.ValueKind is JsonValueKind.True or JsonValueKind.False ? value.GetBoolean() ? 1 : 0
        : throw new JsonException($"{name} is neither true nor false");
}
