using System.Text.Json.Nodes;
using SecureFL.Transport.Formats;

namespace SecureFL.Consortium.Plans.Descriptions;

/// <summary>A member in which two descriptions differ.</summary>
/// <param name="Path">The member.</param>
/// <param name="Was">Its value in the first; null where it has none.</param>
/// <param name="Is">Its value in the second; null where it has none.</param>
public sealed record DescriptionChange(string Path, string? Was, string? Is)
{
    /// <summary>All members that differ, in the order of the first description.</summary>
    public static IEnumerable<DescriptionChange> Between(JsonObject first, JsonObject second)
    {
        ArgumentNullException.ThrowIfNull(first);
        ArgumentNullException.ThrowIfNull(second);
        return Between(first, second, "");
    }

    /// <inheritdoc/>
    public override string ToString() => $"{Path} was {Was ?? "not there"}, is {Is ?? "not there"}";

    private static IEnumerable<DescriptionChange> Between(JsonNode? first, JsonNode? second, string path)
    {
        if (first is JsonObject a && second is JsonObject b)
        {
            return a.Select(member => member.Key).Union(b.Select(member => member.Key))
                .SelectMany(name => Between(a[name], b[name], path.Length == 0 ? name : $"{path}.{name}"));
        }

        if (first is JsonArray left && second is JsonArray right && left.Count == right.Count)
        {
            return left.Zip(right).SelectMany((pair, i) => Between(pair.First, pair.Second, $"{path}[{i}]"));
        }

        return JsonNode.DeepEquals(first, second) ? [] : [new DescriptionChange(path, Text(first), Text(second))];
    }

    private static string? Text(JsonNode? node) => node?.ToJsonString(DeploymentJson.Compact);
}
