using System.Text.Json;
using System.Text.Json.Serialization;

namespace SecureFL.Reference;

/// <summary>A field of a message, as <c>protocol-spec/messages.json</c> describes it.</summary>
/// <param name="Name">What it is.</param>
/// <param name="As">context, u8, u32, u64, i64, hash (32 bytes), bytes (of a named length), counted (u32 length and
/// bytes), message (nested whole), inside (a message without its type and version), list (u32 count and items), repeat
/// (items as many as in a list before), optional (a flag, and the fields if it is 1), section (described
/// there).</param>
internal sealed record TableField(string Name, string As)
{
    /// <summary>Of bytes: which of the table's lengths.</summary>
    public string? Length { get; init; }

    /// <summary>Of a nested message: its name.</summary>
    public string? Message { get; init; }

    /// <summary>Of counted bytes: at most so many.</summary>
    public int? Most { get; init; }

    /// <summary>Of a repeat: the list that it is as long as.</summary>
    public string? Times { get; init; }

    /// <summary>Where a field is described that this table does not.</summary>
    public string? Section { get; init; }

    /// <summary>Of a list, a repeat and an option: the fields of an item.</summary>
    public TableField[] Of { get; init; } = [];
}

/// <summary>A message of <c>protocol-spec/messages.json</c>.</summary>
/// <param name="Type">Its first byte.</param>
/// <param name="Name">Its name.</param>
/// <param name="Fields">Its fields, in order.</param>
internal sealed record TableMessage(int Type, string Name, TableField[] Fields)
{
    /// <summary>Who signs; null for nobody.</summary>
    public string? Signer { get; init; }

    /// <summary>Whether the hashed body has the hash of each nested message in its place.</summary>
    public bool Hashed { get; init; }

    /// <summary>What else is to be said.</summary>
    public string? Note { get; init; }

    /// <summary>The fields where they are others in suite 2.</summary>
    [JsonPropertyName("fields in suite 2")]
    public TableField[]? JointKeyFields { get; init; }

    /// <summary>The fields in a suite.</summary>
    public TableField[] FieldsIn(int suite) => suite == 2 ? JointKeyFields ?? Fields : Fields;
}

/// <summary>The machine-readable table of all messages: the table of section 8.2 is printed from it.</summary>
/// <param name="Version">The version byte.</param>
/// <param name="Lengths">Formulas of the named lengths, for people.</param>
/// <param name="Messages">The messages, by type.</param>
internal sealed record MessageTable(int Version, IReadOnlyDictionary<string, string> Lengths, TableMessage[] Messages)
{
    private static readonly JsonSerializerOptions Options =
        new(JsonSerializerDefaults.Web) { UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow };

    public static MessageTable Read(string path) =>
        JsonSerializer.Deserialize<MessageTable>(File.ReadAllBytes(path), Options)!;

    public TableMessage this[string name] => Messages.Single(message => message.Name == name);

    /// <summary>The rows of section 8.2: those of all suites, then those that are others in suite 2.</summary>
    public string ToMarkdown() => string.Join('\n',
        [
            "| Type | Name | Fields |", "|---|---|---|",
            .. Messages.Select(message => Row(message, message.Fields)),
            "", "Other in suite 2 (11.5, 11.7):", "",
            "| Type | Name | Fields |", "|---|---|---|",
            .. Messages.Where(message => message.JointKeyFields is not null)
                .Select(message => Row(message, message.JointKeyFields!)),
        ]);

    private string Row(TableMessage message, TableField[] fields)
    {
        string signed = message.Signer is null ? "" : $" +sig {message.Signer}";
        string hashed = message.Hashed ? "; hashed: the 32-byte hash of each nested message in its place" : "";
        string note = message.Note is null ? "" : $"; {message.Note}";
        return $"| {message.Type} | {message.Name}{signed} | {Text(fields)}{hashed}{note} |";
    }

    private string Text(TableField[] fields) => string.Join(", ", fields.Select(Text));

    private string Text(TableField field) => field.As switch
    {
        "context" => "context",
        "hash" => $"{field.Name} (32)",
        "bytes" => $"{field.Name} ({Lengths[field.Length!]})",
        "counted" when field.Message is null => $"counted {field.Name}",
        "counted" => $"counted {field.Message} (at most {field.Most} bytes)",
        "message" => field.Message!,
        "inside" => $"a {field.Message} without its type and version",
        "list" => $"u32 count, {Items(field)} ...",
        "repeat" => $"{Items(field)} ... (as many as {field.Times})",
        "optional" => $"u8 flag, {Items(field)} if 1",
        "section" => field.Section!,
        _ => $"{field.As} {field.Name}",
    };

    private string Items(TableField field) => field.Of is [{ As: not "list" }] ? Text(field.Of) : $"( {Text(field.Of)} )";
}
