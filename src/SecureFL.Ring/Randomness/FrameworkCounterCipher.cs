using System.Buffers.Binary;
using System.Security.Cryptography;
using SecureFL.Ring.Randomness.Kernels;

namespace SecureFL.Ring.Randomness;

/// <summary>
/// The framework's AES-256 over counters, through one reused transform: the path for processors without x86 AES
/// instructions.
/// </summary>
internal sealed class FrameworkCounterCipher : IBlockCounterCipher
{
    private const int BatchBytes = 4096;
    private readonly byte[] _counters = new byte[BatchBytes];
    private readonly byte[] _batch = GC.AllocateArray<byte>(BatchBytes, pinned: true);
    private Aes? _aes;
    private ICryptoTransform? _transform;

    public void SetKey(ReadOnlySpan<byte> key)
    {
        Forget();
        _aes = Aes.Create();
        _aes.Mode = CipherMode.ECB;
        _aes.Padding = PaddingMode.None;
        _aes.SetKey(key);
        _transform = _aes.CreateEncryptor();
    }

    public void FillBlocks(ulong firstBlock, Span<byte> destination)
    {
        while (!destination.IsEmpty)
        {
            int bytes = Math.Min(BatchBytes, destination.Length);
            for (int offset = 0; offset < bytes; offset += 16)
            {
                BinaryPrimitives.WriteUInt64BigEndian(_counters.AsSpan(offset + 8), firstBlock++);
            }

            _transform!.TransformBlock(_counters, 0, bytes, _batch, 0);
            _batch.AsSpan(0, bytes).CopyTo(destination);
            destination = destination[bytes..];
        }
    }

    public void Dispose() => Forget();

    private void Forget()
    {
        _transform?.Dispose();
        _aes?.Dispose();
        CryptographicOperations.ZeroMemory(_batch);
    }
}
