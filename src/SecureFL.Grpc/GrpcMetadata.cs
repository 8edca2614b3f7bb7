using System.Collections;
using SecureFL.Grpc.Framing;

namespace SecureFL.Grpc;

/// <summary>
/// Custom metadata of a call: headers or trailers. Names are lower-case; a name that ends in <c>-bin</c> holds bytes,
/// which cross the wire in base64; any other holds printable ASCII. Enumerates the pairs as they are on the wire. Not
/// safe for concurrent changes.
/// </summary>
public sealed class GrpcMetadata : IEnumerable<KeyValuePair<string, string>>
{
    private readonly List<KeyValuePair<string, string>> _entries = [];

    /// <summary>The number of pairs.</summary>
    public int Count => _entries.Count;

    /// <summary>Adds a text value.</summary>
    /// <param name="name">Letters, digits, <c>-</c>, <c>_</c> and <c>.</c>; not ending in <c>-bin</c>, not beginning
    /// with <c>grpc-</c>.</param>
    /// <param name="value">Printable ASCII.</param>
    /// <returns>This object.</returns>
    /// <exception cref="ArgumentException">The name or the value may not stand in a header.</exception>
    public GrpcMetadata Add(string name, string value)
    {
        ArgumentNullException.ThrowIfNull(value);
        string lower = MetadataFormat.CheckName(name);
        if (MetadataFormat.IsBinary(lower))
        {
            throw new ArgumentException($"{name} holds bytes, for it ends in -bin", nameof(name));
        }

        _entries.Add(new(lower, MetadataFormat.CheckValue(value)));
        return this;
    }

    /// <summary>Adds a binary value.</summary>
    /// <param name="name">Ends in <c>-bin</c>.</param>
    /// <param name="value">Any bytes.</param>
    /// <returns>This object.</returns>
    /// <exception cref="ArgumentException">The name does not end in <c>-bin</c> or may not stand in a
    /// header.</exception>
    public GrpcMetadata Add(string name, ReadOnlySpan<byte> value)
    {
        string lower = MetadataFormat.CheckName(name);
        if (!MetadataFormat.IsBinary(lower))
        {
            throw new ArgumentException($"{name} holds text: binary names end in -bin", nameof(name));
        }

        _entries.Add(new(lower, MetadataFormat.EncodeBinary(value)));
        return this;
    }

    /// <summary>The first text value of a name.</summary>
    /// <param name="name">The name, in any case.</param>
    /// <returns>The value, or null if there is none.</returns>
    public string? Get(string name)
    {
        foreach ((string key, string value) in _entries)
        {
            if (string.Equals(key, name, StringComparison.OrdinalIgnoreCase))
            {
                return value;
            }
        }

        return null;
    }

    /// <summary>The first binary value of a name.</summary>
    /// <param name="name">Ends in <c>-bin</c>.</param>
    /// <returns>The bytes; null if there are none or they are not base64.</returns>
    public byte[]? GetBinary(string name) =>
        Get(name) is { } text && MetadataFormat.TryDecodeBinary(text, out byte[] value) ? value : null;

    /// <inheritdoc/>
    public IEnumerator<KeyValuePair<string, string>> GetEnumerator() => _entries.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    internal void AddReceived(string name, string value) => _entries.Add(new(name, value));
}
