using System.Text.Json;

namespace SecureFL.Reference;

/// <summary>One scenario: one file.</summary>
internal sealed class Vector(string name, string section, string description, string operation)
{
    private static readonly JsonSerializerOptions Options = new()
    { WriteIndented = true, NewLine = "\n", IndentSize = 1 };
    private readonly JsonObject _json = new()
    {
        ["vector"] = name,
        ["version"] = 1,
        ["section"] = section,
        ["description"] = description,
        ["operation"] = operation,
    };

    public string FileName => name + ".json";

    public JsonNode? this[string field]
    {
        init => _json[field] = value;
    }

    public Vector With(string field, JsonNode? value)
    {
        _json[field] = value;
        return this;
    }

    /// <summary>A negative vector: the failure class that must come out.</summary>
    public Vector Refused(int code, string name)
    {
        _json["expect"] = Refusal(code, name);
        return this;
    }

    public static JsonObject Refusal(int code, string name) => new() { ["code"] = code, ["name"] = name };

    public string ToText() => _json.ToJsonString(Options) + "\n";
}

/// <summary>How values are written in the vectors.</summary>
internal static class Json
{
    public static string Hex(byte[] bytes) => Convert.ToHexStringLower(bytes);

    public static JsonArray Hexes(IEnumerable<byte[]> list) => [.. list.Select(b => (JsonNode)Hex(b))];

    public static JsonArray Numbers(IEnumerable<int> list) => [.. list.Select(n => (JsonNode)n)];

    public static JsonArray Longs(IEnumerable<long> list) => [.. list.Select(n => (JsonNode)n)];

    public static JsonArray Unsigned(IEnumerable<ulong> list) => [.. list.Select(n => (JsonNode)n)];

    /// <summary>Small signed numbers, one byte each.</summary>
    public static string Bytes(IEnumerable<int> values) =>
        Hex([.. values.Select(v => unchecked((byte)checked((sbyte)v)))]);

    /// <summary>Single-precision numbers, four big-endian bytes each.</summary>
    public static string Singles(IEnumerable<float> values) => Hex(Canonical.Of(w =>
    {
        foreach (float value in values)
        {
            w.U32(BitConverter.SingleToUInt32Bits(value));
        }
    }));

    /// <summary>A long list of 64-bit numbers: SHA-256 of its big-endian bytes, and the first eight.</summary>
    public static JsonObject Digest(IReadOnlyList<ulong> values) => new()
    {
        ["count"] = values.Count,
        ["sha256"] = Hex(SHA256.HashData(Canonical.Of(w =>
        {
            foreach (ulong value in values)
            {
                w.U64(value);
            }
        }))),
        ["first"] = Unsigned(values.Take(8)),
    };

    /// <summary>The same of signed numbers, in two's complement.</summary>
    public static JsonObject Digest(IReadOnlyList<long> values)
    {
        JsonObject digest = Digest([.. values.Select(v => unchecked((ulong)v))]);
        digest["first"] = Longs(values.Take(8));
        return digest;
    }
}
