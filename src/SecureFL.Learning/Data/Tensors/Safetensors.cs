using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Text.Json;
using SecureFL.Messages.Text;

namespace SecureFL.Learning.Data.Tensors;

/// <summary>The contents of a safetensors file: named tensors in file order and free text about them.</summary>
/// <param name="Tensors">Name and tensor, in the order of their bytes.</param>
/// <param name="Metadata">The <c>__metadata__</c> texts.</param>
public sealed record SafetensorsContent(
    ImmutableArray<KeyValuePair<string, TensorData>> Tensors, ImmutableSortedDictionary<string, string> Metadata)
{
    /// <summary>The tensor called <paramref name="name"/>, or null.</summary>
    public TensorData? Find(string name)
    {
        foreach ((string key, TensorData tensor) in Tensors)
        {
            if (key == name)
            {
                return tensor;
            }
        }

        return null;
    }
}

/// <summary>
/// Reads and writes safetensors (Hugging Face, "Safetensors format"): eight bytes of header length, a JSON header, the
/// tensors. The reader insists that the tensors fill the buffer without holes or overlaps. Stateless and thread-safe.
/// </summary>
public static class Safetensors
{
    private const string MetadataKey = "__metadata__";
    private const int MaxHeader = 100_000_000;

    /// <summary>Reads a whole file; <paramref name="source"/> is the name used in messages.</summary>
    /// <exception cref="DataFormatException">Not this format, an inconsistent header, or a cut-off file.</exception>
    public static SafetensorsContent Read(Stream stream, string source)
    {
        ArgumentNullException.ThrowIfNull(stream);
        ulong headerLength = BinaryPrimitives.ReadUInt64LittleEndian(
            BoundedReads.ReadExactly(stream, 8, source, "the header's length"));
        if (headerLength > MaxHeader)
        {
            throw new DataFormatException(source,
                $"a header of {headerLength} bytes, at most {MaxHeader} are accepted");
        }

        byte[] header = BoundedReads.ReadExactly(stream, (long)headerLength, source, "the header");
        List<Entry> entries = [];
        ImmutableSortedDictionary<string, string> metadata = ImmutableSortedDictionary<string, string>.Empty;
        try
        {
            using JsonDocument document = JsonDocument.Parse(header,
                new JsonDocumentOptions { MaxDepth = 8, AllowDuplicateProperties = false });
            foreach (JsonProperty property in document.RootElement.EnumerateObject())
            {
                if (property.Name == MetadataKey)
                {
                    metadata = property.Value.EnumerateObject()
                        .ToImmutableSortedDictionary(item => item.Name, item => item.Value.GetString() ?? "",
                            StringComparer.Ordinal);
                }
                else
                {
                    entries.Add(ParseEntry(property));
                }
            }
        }
        catch (Exception fault) when (fault is JsonException or InvalidOperationException or KeyNotFoundException
            or FormatException or ArgumentException)
        {
            throw new DataFormatException(source, $"the header is not what the format asks for: {FaultText.Of(fault)}",
                inner: fault);
        }

        return new SafetensorsContent(ReadTensors(stream, entries, source), metadata);
    }

    /// <summary>
    /// Writes tensors and metadata. The header is padded with spaces so that the tensors start at a multiple of 8.
    /// </summary>
    public static void Write(
        Stream stream, IEnumerable<KeyValuePair<string, TensorData>> tensors,
        IReadOnlyDictionary<string, string>? metadata = null)
    {
        ArgumentNullException.ThrowIfNull(stream);
        KeyValuePair<string, TensorData>[] all = [.. tensors];
        using MemoryStream header = new();
        using (Utf8JsonWriter json = new(header))
        {
            json.WriteStartObject();
            if (metadata is { Count: > 0 })
            {
                json.WriteStartObject(MetadataKey);
                foreach ((string key, string value) in metadata.OrderBy(item => item.Key, StringComparer.Ordinal))
                {
                    json.WriteString(key, value);
                }

                json.WriteEndObject();
            }

            long offset = 0;
            foreach ((string name, TensorData tensor) in all)
            {
                WriteEntry(json, name, tensor, offset);
                offset += tensor.Bytes.LongLength;
            }

            json.WriteEndObject();
        }

        while (header.Length % 8 != 0)
        {
            header.WriteByte((byte)' ');
        }

        Span<byte> length = stackalloc byte[8];
        BinaryPrimitives.WriteUInt64LittleEndian(length, (ulong)header.Length);
        stream.Write(length);
        stream.Write(header.GetBuffer().AsSpan(0, (int)header.Length));
        foreach ((_, TensorData tensor) in all)
        {
            stream.Write(tensor.Bytes);
        }
    }

    private static ImmutableArray<KeyValuePair<string, TensorData>> ReadTensors(Stream stream, List<Entry> entries,
        string source)
    {
        entries.Sort((a, b) => (a.Begin, a.End).CompareTo((b.Begin, b.End)));
        long at = 0;
        ImmutableArray<KeyValuePair<string, TensorData>>.Builder tensors =
            ImmutableArray.CreateBuilder<KeyValuePair<string, TensorData>>();
        foreach (Entry entry in entries)
        {
            if (entry.Begin != at)
            {
                throw new DataFormatException(source,
                    $"tensor {entry.Name} starts at {entry.Begin} where {at} is due: a hole or an overlap");
            }

            long expected;
            try
            {
                expected = TensorData.ByteLength(entry.Shape, entry.Element);
            }
            catch (ArgumentException fault)
            {
                throw new DataFormatException(source, $"tensor {entry.Name}: {FaultText.Of(fault)}", inner: fault);
            }

            if (entry.End - entry.Begin != expected)
            {
                throw new DataFormatException(source,
                    $"tensor {entry.Name} has {entry.End - entry.Begin} bytes where its shape needs {expected}");
            }

            byte[] bytes = BoundedReads.ReadExactly(stream, expected, source, $"tensor {entry.Name}");
            tensors.Add(new(entry.Name, new TensorData([.. entry.Shape], entry.Element, bytes)));
            at = entry.End;
        }

        return stream.ReadByte() >= 0
            ? throw new DataFormatException(source, "more bytes follow after the last tensor")
            : tensors.ToImmutable();
    }

    private static Entry ParseEntry(JsonProperty property)
    {
        JsonElement[] offsets = [.. property.Value.GetProperty("data_offsets").EnumerateArray()];
        if (offsets.Length != 2)
        {
            throw new FormatException($"tensor {property.Name} has {offsets.Length} offsets, not 2");
        }

        int[] shape = [.. property.Value.GetProperty("shape").EnumerateArray().Select(axis => axis.GetInt32())];
        if (Array.Exists(shape, axis => axis < 0))
        {
            throw new FormatException($"tensor {property.Name} has a negative axis");
        }

        return new Entry(
            property.Name, ParseElement(property.Value.GetProperty("dtype").GetString()), shape, offsets[0].GetInt64(),
            offsets[1].GetInt64());
    }

    private static void WriteEntry(Utf8JsonWriter json, string name, TensorData tensor, long offset)
    {
        json.WriteStartObject(name);
        json.WriteString("dtype", Describe(tensor.Element));
        json.WriteStartArray("shape");
        foreach (int axis in tensor.Shape)
        {
            json.WriteNumberValue(axis);
        }

        json.WriteEndArray();
        json.WriteStartArray("data_offsets");
        json.WriteNumberValue(offset);
        json.WriteNumberValue(offset + tensor.Bytes.LongLength);
        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static TensorElement ParseElement(string? code) => code switch
    {
        "BOOL" => TensorElement.Bool,
        "U8" => TensorElement.UInt8,
        "I8" => TensorElement.Int8,
        "I16" => TensorElement.Int16,
        "U16" => TensorElement.UInt16,
        "I32" => TensorElement.Int32,
        "U32" => TensorElement.UInt32,
        "I64" => TensorElement.Int64,
        "U64" => TensorElement.UInt64,
        "F16" => TensorElement.Float16,
        "BF16" => TensorElement.BFloat16,
        "F32" => TensorElement.Float32,
        "F64" => TensorElement.Float64,
        _ => throw new FormatException($"element type {code} is not supported"),
    };

    private static string Describe(TensorElement element) => element switch
    {
        TensorElement.Bool => "BOOL",
        TensorElement.UInt8 => "U8",
        TensorElement.Int8 => "I8",
        TensorElement.Int16 => "I16",
        TensorElement.UInt16 => "U16",
        TensorElement.Int32 => "I32",
        TensorElement.UInt32 => "U32",
        TensorElement.Int64 => "I64",
        TensorElement.UInt64 => "U64",
        TensorElement.Float16 => "F16",
        TensorElement.BFloat16 => "BF16",
        TensorElement.Float32 => "F32",
        _ => "F64",
    };

    private sealed record Entry(string Name, TensorElement Element, int[] Shape, long Begin, long End);
}
