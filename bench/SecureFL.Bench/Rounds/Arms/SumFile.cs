using SecureFL.Protocol.Stores;

namespace SecureFL.Bench.Rounds.Arms;

/// <summary>
/// Summed ciphertexts in a file, as the deployment's server keeps them and its clients fetch them; gone with this
/// object.
/// </summary>
internal sealed class SumFile : ISummedCiphertextSink, IDisposable
{
    private readonly FileStream _file = new(Path.Combine(Path.GetTempPath(), Path.GetRandomFileName()),
        FileMode.CreateNew, FileAccess.ReadWrite, FileShare.None, bufferSize: 1 << 16, FileOptions.DeleteOnClose);

    /// <summary>From its beginning.</summary>
    internal Stream Content
    {
        get
        {
            _file.Position = 0;
            return _file;
        }
    }

    internal long Length => _file.Length;

    public void Accept(ReadOnlySpan<byte> packed) => _file.Write(packed);

    internal void Read(long offset, Span<byte> piece)
    {
        _file.Position = offset;
        _file.ReadExactly(piece);
    }

    public void Dispose() => _file.Dispose();
}
