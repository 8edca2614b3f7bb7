namespace SecureFL.Reference;

/// <summary>Long byte strings that stand in one vector; others refer to them.</summary>
internal sealed class References(string vector, IEnumerable<(string Path, byte[] Bytes)> known)
{
    private readonly (string Path, byte[] Bytes)[] _known = [.. known.OrderByDescending(k => k.Bytes.Length)];

    /// <summary>Bytes in hexadecimal, as parts where something known is in them.</summary>
    public JsonNode Of(byte[] bytes)
    {
        List<string> parts = [.. Parts(bytes)];
        return parts is [string whole] ? whole : new JsonArray([.. parts.Select(p => (JsonNode)p)]);
    }

    private IEnumerable<string> Parts(byte[] bytes)
    {
        foreach ((string path, byte[] part) in _known)
        {
            if (bytes.AsSpan().IndexOf(part) is int at and >= 0)
            {
                return [.. Rest(bytes[..at]), $"@{vector}.json#/{path}", .. Rest(bytes[(at + part.Length)..])];
            }
        }

        return [Json.Hex(bytes)];
    }

    private IEnumerable<string> Rest(byte[] bytes) => bytes.Length == 0 ? [] : Parts(bytes);
}
