namespace SecureFL.Learning.Data.Files;

/// <summary>Characters that were looked at already, then the rest of a reader, which is not disposed.</summary>
internal sealed class PrefixedReader(ReadOnlyMemory<char> prefix, TextReader rest) : TextReader
{
    private ReadOnlyMemory<char> _prefix = prefix;

    public override int Peek() => _prefix.IsEmpty ? rest.Peek() : _prefix.Span[0];

    public override int Read()
    {
        if (_prefix.IsEmpty)
        {
            return rest.Read();
        }

        char first = _prefix.Span[0];
        _prefix = _prefix[1..];
        return first;
    }

    public override int Read(char[] buffer, int index, int count) => Read(buffer.AsSpan(index, count));

    public override int Read(Span<char> buffer)
    {
        if (_prefix.IsEmpty)
        {
            return rest.Read(buffer);
        }

        int length = Math.Min(buffer.Length, _prefix.Length);
        _prefix.Span[..length].CopyTo(buffer);
        _prefix = _prefix[length..];
        return length;
    }
}
