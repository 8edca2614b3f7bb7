namespace SecureFL.Spec.Tests;

/// <summary>
/// Reads committed vectors. A string "@file.json#/a/0" stands for the value there; an array where bytes are expected is
/// joined.
/// </summary>
internal readonly struct VectorFile(JsonElement json)
{
    public static string Directory { get; } = FindDirectory();

    public JsonElement Json { get; } = json;

    public string Operation => Text("operation");

    public static VectorFile Load(string name)
    {
        using JsonDocument document = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(Directory, name)));
        return new VectorFile(document.RootElement.Clone());
    }

    public bool Has(string field) =>
        Json.TryGetProperty(field, out JsonElement value) && value.ValueKind != JsonValueKind.Null;

    public JsonElement Field(string field) => Json.GetProperty(field);

    public VectorFile Object(string field) => new(Field(field));

    public string Text(string field) => Field(field).GetString()!;

    public int Int(string field) => Field(field).GetInt32();

    public long Long(string field) => Field(field).GetInt64();

    public ulong Unsigned(string field) => Field(field).GetUInt64();

    public bool Flag(string field) => Field(field).GetBoolean();

    public byte[] Bytes(string field) => Bytes(Field(field));

    public byte[][] ByteList(string field) => [.. Field(field).EnumerateArray().Select(Bytes)];

    public int[] Ints(string field) => [.. Field(field).EnumerateArray().Select(n => n.GetInt32())];

    public long[] Longs(string field) => [.. Field(field).EnumerateArray().Select(n => n.GetInt64())];

    public ulong[] UnsignedList(string field) => [.. Field(field).EnumerateArray().Select(n => n.GetUInt64())];

    /// <summary>Signed bytes.</summary>
    public int[] Small(string field) => [.. Bytes(field).Select(b => (int)(sbyte)b)];

    public IEnumerable<VectorFile> Objects(string field) =>
        Field(field).EnumerateArray().Select(e => new VectorFile(e));

    public static byte[] Bytes(JsonElement value) => value.ValueKind == JsonValueKind.Array
        ? [.. value.EnumerateArray().SelectMany(Bytes)]
        : value.GetString() is ['@', .. string reference] ? Referred(reference)
        : Convert.FromHexString(value.GetString()!);

    private static byte[] Referred(string reference)
    {
        string[] parts = reference.Split("#/");
        JsonElement value = Load(parts[0]).Json;
        foreach (string step in parts[1].Split('/'))
        {
            value = value.ValueKind == JsonValueKind.Array ? value[int.Parse(step)] : value.GetProperty(step);
        }

        return Bytes(value);
    }

    private static string FindDirectory()
    {
        for (string? at = AppContext.BaseDirectory; at is not null; at = Path.GetDirectoryName(at))
        {
            string found = Path.Combine(at, "protocol-spec", "vectors", "v2");
            if (System.IO.Directory.Exists(found))
            {
                return found;
            }
        }

        throw new DirectoryNotFoundException("protocol-spec/vectors/v2 is not above the test assembly");
    }
}
