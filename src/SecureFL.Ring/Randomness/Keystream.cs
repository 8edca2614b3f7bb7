using System.Security.Cryptography;
using SecureFL.Ring.Randomness.Kernels;

namespace SecureFL.Ring.Randomness;

/// <summary>
/// AES-256 in counter mode (NIST SP 800-38A, 6.5) from an all-zero 128-bit big-endian counter: the byte stream of one
/// 32-byte key. Not thread-safe. Uses the processor's AES instructions where there are any, the framework's AES
/// elsewhere; both give the same bytes.
/// </summary>
public sealed class Keystream : IDisposable
{
    /// <summary>Bytes of a key.</summary>
    public const int KeySize = 32;

    /// <summary>
    /// Most bytes drawn under one key: 2^36 blocks of 16, far from any birthday bound that matters for a counter mode
    /// stream.
    /// </summary>
    public const long MaxBytes = 1L << 40;

    private const int BlockSize = 16;

    private readonly IBlockCounterCipher _cipher;
    private readonly byte[] _tail = GC.AllocateArray<byte>(BlockSize, pinned: true);
    private ulong _nextBlock;
    private int _tailUsed = BlockSize;
    private bool _disposed;

    /// <summary>A stream under <paramref name="key"/> (32 bytes).</summary>
    /// <exception cref="ArgumentException">The key is not 32 bytes.</exception>
    public Keystream(ReadOnlySpan<byte> key)
        : this(key, AesNiCounterCipher.IsSupported)
    {
    }

    internal Keystream(ReadOnlySpan<byte> key, bool useProcessorInstructions)
    {
        _cipher = useProcessorInstructions ? new AesNiCounterCipher() : new FrameworkCounterCipher();
        Rekey(key);
    }

    /// <summary>A stream under a fresh key from <paramref name="entropy"/>.</summary>
    public static Keystream Create(IEntropySource entropy)
    {
        ArgumentNullException.ThrowIfNull(entropy);
        Span<byte> key = stackalloc byte[KeySize];
        entropy.Fill(key);
        Keystream stream = new(key);
        CryptographicOperations.ZeroMemory(key);
        return stream;
    }

    /// <summary>
    /// Forgets the old key and starts the stream of <paramref name="key"/> (32 bytes) at its first byte.
    /// </summary>
    /// <exception cref="ObjectDisposedException">The stream was disposed.</exception>
    public void Rekey(ReadOnlySpan<byte> key)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        if (key.Length != KeySize)
        {
            throw new ArgumentException($"a keystream key is {KeySize} bytes, not {key.Length}", nameof(key));
        }

        _cipher.SetKey(key);
        _nextBlock = 0;
        _tailUsed = BlockSize;
    }

    /// <summary>Writes the next <c>destination.Length</c> bytes of the stream.</summary>
    /// <exception cref="InvalidOperationException">More than <see cref="MaxBytes"/> would have been drawn; nothing
    /// was.</exception>
    /// <exception cref="ObjectDisposedException">The stream was disposed: an erased key would give a stream that
    /// everyone knows.</exception>
    public void Fill(Span<byte> destination)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        int fromTail = Math.Min(BlockSize - _tailUsed, destination.Length);
        ulong newBlocks = ((ulong)(destination.Length - fromTail) + BlockSize - 1) / BlockSize;
        if (_nextBlock + newBlocks > MaxBytes / BlockSize)
        {
            throw new InvalidOperationException($"more than {MaxBytes} bytes drawn under one keystream key");
        }

        _tail.AsSpan(_tailUsed, fromTail).CopyTo(destination);
        _tailUsed += fromTail;
        destination = destination[fromTail..];
        int blocks = destination.Length / BlockSize;
        _cipher.FillBlocks(_nextBlock, destination[..(blocks * BlockSize)]);
        _nextBlock += (ulong)blocks;
        destination = destination[(blocks * BlockSize)..];
        if (!destination.IsEmpty)
        {
            _cipher.FillBlocks(_nextBlock++, _tail);
            _tail.AsSpan(0, destination.Length).CopyTo(destination);
            _tailUsed = destination.Length;
        }
    }

    /// <summary>Erases the key.</summary>
    public void Dispose()
    {
        _disposed = true;
        _cipher.Dispose();
        CryptographicOperations.ZeroMemory(_tail);
    }

    /// <summary>Says nothing about the key.</summary>
    public override string ToString() => "Keystream";
}
