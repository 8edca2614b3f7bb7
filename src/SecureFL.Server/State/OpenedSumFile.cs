using System.Buffers.Binary;
using SecureFL.Messages.Rounds;
using SecureFL.Protocol.Stores;
using SecureFL.Storage.Devices;

namespace SecureFL.Server.State;

/// <summary>
/// What clients fetch to check a sum: its summed ciphertexts as they stream by, then the evidence, then the evidence's
/// length. Not thread-safe.
/// </summary>
internal sealed class OpenedSumFile : ISummedCiphertextSink, IDisposable
{
    private readonly string _draft;
    private readonly FileStream _stream;
    private long _ciphertexts;

    /// <summary>An empty file in place of what a former try left.</summary>
    /// <exception cref="IOException">It cannot be made.</exception>
    public OpenedSumFile(string draft)
    {
        _draft = draft;
        _stream = new FileStream(draft, FileMode.Create, FileAccess.Write, FileShare.Read | FileShare.Delete,
            bufferSize: 0);
    }

    /// <inheritdoc/>
    public void Accept(ReadOnlySpan<byte> packed)
    {
        _stream.Write(packed);
        _ciphertexts += packed.Length;
    }

    /// <summary>Makes the whole file durable under its name; again after a fault.</summary>
    /// <exception cref="IOException">The disk fails.</exception>
    public void Finish(SumEvidence evidence, string path)
    {
        if (File.Exists(path) && !File.Exists(_draft))
        {
            return;
        }

        byte[] bytes = evidence.Encode();
        byte[] length = new byte[sizeof(int)];
        BinaryPrimitives.WriteInt32LittleEndian(length, bytes.Length);
        _stream.SetLength(_ciphertexts);
        _stream.Position = _ciphertexts;
        _stream.Write(bytes);
        _stream.Write(length);
        _stream.Flush(flushToDisk: true);
        File.Move(_draft, path, overwrite: true);
        FileDevice.Instance.FlushDirectory(Path.GetDirectoryName(path)!);
    }

    /// <inheritdoc/>
    public void Dispose() => _stream.Dispose();
}
