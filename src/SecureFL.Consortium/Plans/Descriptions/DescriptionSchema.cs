using System.Collections.Immutable;
using System.Text.Json.Nodes;
using SecureFL.Learning.Settings;

namespace SecureFL.Consortium.Plans.Descriptions;

/// <summary>
/// The JSON schema of a description, for editors: made from the types, so that it says what the reader accepts.
/// Thread-safe.
/// </summary>
public static class DescriptionSchema
{
    /// <summary>Where the schema is kept, beside the documents.</summary>
    public const string FileName = "training.schema.json";

    /// <summary>The schema as indented JSON.</summary>
    public static byte[] Print()
    {
        JsonObject root = Object(DescriptionShape.Root, "");
        root.Insert(0, "$schema", "https://json-schema.org/draft/2020-12/schema");
        root.Insert(1, "title", "SecureFL: a training");
        root.Insert(2, "description",
            "What simulate --training and plan new --training read. Every member may be left out.");
        return Transport.Formats.DeploymentJson.WriteIndented(root);
    }

    private static JsonObject Object(ImmutableSortedDictionary<string, Type> members, string prefix)
    {
        JsonObject properties = [];
        foreach ((string name, Type type) in members)
        {
            JsonObject schema = Of(type, prefix + name);
            if (Default(prefix + name) is JsonNode value and not JsonObject)
            {
                schema["default"] = value;
            }

            properties[name] = schema;
        }

        return new JsonObject { ["type"] = "object", ["additionalProperties"] = false, ["properties"] = properties };
    }

    private static JsonObject Of(Type nullable, string path)
    {
        Type type = DescriptionShape.Underlying(nullable);
        if (DescriptionShape.Members(type) is { } members)
        {
            JsonObject value = Object(members, path + ".");
            value["type"] = new JsonArray("object", "null");
            return value;
        }

        if (DescriptionShape.Element(type) is Type element)
        {
            return new JsonObject { ["type"] = "array", ["items"] = Of(element, path + "[]") };
        }

        if (DescriptionShape.NamesOf(type) is { } known)
        {
            JsonArray names = [.. known.Select(name => (JsonNode)name)];
            if (Nullable.GetUnderlyingType(nullable) is not null)
            {
                names.Add(null);
            }

            return new JsonObject { ["enum"] = names };
        }

        string kind = type == typeof(bool) ? "boolean" : type == typeof(double) || type == typeof(float) ? "number"
            : type.IsPrimitive ? "integer" : "string";
        bool mayBeNull = Nullable.GetUnderlyingType(nullable) is not null || kind == "string";
        JsonObject schema = new() { ["type"] = mayBeNull ? new JsonArray(kind, "null") : kind };
        if (DescriptionRanges.Of(path, type) is NumberRange range && DescriptionRanges.Paths.Contains(path))
        {
            schema[range.Above ? "exclusiveMinimum" : "minimum"] = range.Least;
            if (range.Ends)
            {
                schema[range.Below ? "exclusiveMaximum" : "maximum"] = range.Most;
            }
        }

        return schema;
    }

    private static JsonNode? Default(string path) => path.Contains("[]", StringComparison.Ordinal) ? null
        : TrainingDescription.Default.Value<JsonNode?>(path)?.DeepClone();
}
