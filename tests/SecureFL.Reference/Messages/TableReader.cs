using System.Buffers.Binary;

namespace SecureFL.Reference;

/// <summary>Where a field of a message lies.</summary>
/// <param name="Path">Messages and lists around it, and its name.</param>
/// <param name="As">Its form; "type" and "version" of a message, "count" of a list, "flag" and "signature"
/// besides.</param>
/// <param name="Offset">Its first byte.</param>
/// <param name="Length">Its bytes.</param>
internal sealed record FieldPlace(string Path, string As, int Offset, int Length);

/// <summary>
/// Reads messages by the table alone, without knowing any of them: what the table says is what the bytes are. Not
/// thread-safe.
/// </summary>
/// <param name="table">The table.</param>
/// <param name="suite">1 or 2.</param>
/// <param name="lengths">The named lengths under a plan.</param>
internal sealed class TableReader(MessageTable table, int suite, IReadOnlyDictionary<string, int> lengths)
{
    private const int Hash = 32;
    private const int Signature = 64;

    private readonly List<FieldPlace> _places = [];
    private readonly Dictionary<string, int> _counts = [];
    private byte[] _bytes = [];
    private int _at;

    /// <summary>All fields of a message, in order and without gaps.</summary>
    /// <exception cref="InvalidDataException">The bytes are not such a message.</exception>
    public IReadOnlyList<FieldPlace> Read(string message, byte[] bytes)
    {
        _places.Clear();
        (_bytes, _at) = (bytes, 0);
        Whole("", table[message]);
        return _at == bytes.Length ? [.. _places]
            : throw new InvalidDataException($"{message}: {bytes.Length - _at} bytes follow the last field");
    }

    private void Whole(string path, TableMessage message)
    {
        path = $"{path}{message.Name}/";
        Require(path, "type", Take(path + "type", "type", 1)[0], message.Type);
        Require(path, "version", Take(path + "version", "version", 1)[0], table.Version);
        Fields(path, message.FieldsIn(suite));
        if (message.Signer is not null)
        {
            Take(path + "signature", "signature", Signature);
        }
    }

    private void Fields(string path, TableField[] fields)
    {
        foreach (TableField field in fields)
        {
            Field(path, field);
        }
    }

    private void Field(string path, TableField field)
    {
        string name = path + field.Name;
        switch (field.As)
        {
            case "context":
                Require(name, "suite", Take(name, "suite", 1)[0], suite);
                Take(name, "plan", Hash);
                Take(name, "session", 16);
                Take(name, "round", 8);
                break;
            case "u8":
                Take(name, field.As, 1);
                break;
            case "u32":
                Take(name, field.As, 4);
                break;
            case "u64" or "i64":
                Take(name, field.As, 8);
                break;
            case "hash":
                Take(name, field.As, Hash);
                break;
            case "bytes":
                Take(name, field.As, lengths[field.Length!]);
                break;
            case "counted":
                int length = Count(name, "length");
                if (field.Message is null)
                {
                    Take(name, field.As, length);
                    break;
                }

                int end = _at + length;
                Whole(name + "/", table[field.Message]);
                Require(name, "end", _at, end);
                break;
            case "message":
                Whole(name + "/", table[field.Message!]);
                break;
            case "inside":
                Fields(name + "/", table[field.Message!].FieldsIn(suite));
                break;
            case "list":
                Items(name, field, _counts[field.Name] = Count(name, "count"));
                break;
            case "repeat":
                Items(name, field, _counts[field.Times!]);
                break;
            case "optional":
                Items(name, field, Take(name, "flag", 1)[0]);
                break;
            default:
                throw new InvalidDataException($"{name}: {field.As} is no form of a field");
        }
    }

    private void Items(string name, TableField field, int count)
    {
        for (int i = 0; i < count; i++)
        {
            Fields($"{name}[{i}]/", field.Of);
        }
    }

    private int Count(string name, string form) => BinaryPrimitives.ReadInt32BigEndian(Take(name, form, 4));

    private ReadOnlySpan<byte> Take(string name, string form, int length)
    {
        if (length < 0 || length > _bytes.Length - _at)
        {
            throw new InvalidDataException($"{name}: {length} bytes from {_at}, the message has {_bytes.Length}");
        }

        _places.Add(new FieldPlace(name, form, _at, length));
        _at += length;
        return _bytes.AsSpan(_at - length, length);
    }

    private static void Require(string name, string what, int found, int expected)
    {
        if (found != expected)
        {
            throw new InvalidDataException($"{name}: {what} {found}, the table says {expected}");
        }
    }
}
