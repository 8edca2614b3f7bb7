using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Nodes;
using SecureFL.Transport.Formats;
using SecureFL.Transport.Identity;

namespace SecureFL.Cli.Configuration;

/// <summary>
/// <c>securefl.json</c>: one process' settings,
/// <c>{"format":"securefl-configuration","version":1,"role":"client","settings":{"server":"https://..."}}</c>.
/// A setting is called like the command's option, in camel case without the hyphens. Immutable.
/// </summary>
public sealed class ConfigurationFile
{
    /// <summary>The version that this program reads.</summary>
    public const int CurrentVersion = 1;

    private const string FormatName = "securefl-configuration";
    private const int MaxBytes = 1 << 20;

    private ConfigurationFile(string path, PeerRole role,
        ImmutableSortedDictionary<string, ImmutableArray<string>> settings)
    {
        Path = path;
        Role = role;
        Settings = settings;
    }

    /// <summary>Where it lies.</summary>
    public string Path { get; }

    /// <summary>Whose settings they are.</summary>
    public PeerRole Role { get; }

    /// <summary>The settings by name: one text each, several where the file has a list.</summary>
    public ImmutableSortedDictionary<string, ImmutableArray<string>> Settings { get; }

    /// <summary>Reads a file.</summary>
    /// <exception cref="FormatException">Not of this form.</exception>
    /// <exception cref="NewerVersionException">A newer version.</exception>
    public static ConfigurationFile Load(string path) => Parse(WholeFile.Read(path, MaxBytes), path);

    /// <summary>Reads a file's content.</summary>
    /// <exception cref="FormatException">Not of this form.</exception>
    /// <exception cref="NewerVersionException">A newer version.</exception>
    public static ConfigurationFile Parse(ReadOnlySpan<byte> utf8, string source)
    {
        JsonObject document = DeploymentJson.ParseVersioned(utf8, source, CurrentVersion);
        foreach ((string name, JsonNode? _) in document)
        {
            if (name is not ("format" or "version" or "role" or "settings"))
            {
                throw new FormatException($"{source}: {name} is unknown; it holds format, version, role and settings");
            }
        }

        if (TextOf(document["format"]) != FormatName)
        {
            throw new FormatException($"{source} is not a configuration: its format is not {FormatName}");
        }

        PeerRole role = PeerRoles.Parse(TextOf(document["role"]) ?? "")
            ?? throw new FormatException($"{source}: role is one of {string.Join(", ", PeerRoles.Names)}");
        if (document["settings"] is not JsonObject settings)
        {
            throw new FormatException($"{source}: settings is missing");
        }

        return new ConfigurationFile(source, role, settings.ToImmutableSortedDictionary(
            member => member.Key, member => ValuesOf(member.Value, $"{source}: {member.Key}"), StringComparer.Ordinal));
    }

    private static ImmutableArray<string> ValuesOf(JsonNode? node, string what) => node is JsonArray list
        ? [.. list.Select(item => ValueOf(item, what))]
        : [ValueOf(node, what)];

    private static string ValueOf(JsonNode? node, string what) => node?.GetValueKind() switch
    {
        JsonValueKind.String => node.GetValue<string>(),
        JsonValueKind.True => "true",
        JsonValueKind.False => "false",
        JsonValueKind.Number => node.ToJsonString(),
        _ => throw new FormatException($"{what} is no text, number, true, false, or list of these"),
    };

    private static string? TextOf(JsonNode? node) => node is JsonValue value && value.TryGetValue(out string? text)
        ? text : null;
}
