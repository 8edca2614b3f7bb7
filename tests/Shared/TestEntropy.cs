using SecureFL.Ring.Randomness;

namespace SecureFL.Testing;

/// <summary>
/// A deterministic stand-in for the operating system's generator: the AES stream of a key that holds a number. Tests
/// only.
/// </summary>
internal sealed class TestEntropy : IEntropySource, IDisposable
{
    private readonly Keystream _stream;
    private readonly Lock _lock = new();

    internal TestEntropy(int seed) => _stream = new Keystream(Key(seed));

    internal static byte[] Key(int seed)
    {
        byte[] key = new byte[Keystream.KeySize];
        BitConverter.TryWriteBytes(key, seed);
        key[^1] = 0x5E;
        return key;
    }

    public void Fill(Span<byte> destination)
    {
        lock (_lock)
        {
            _stream.Fill(destination);
        }
    }

    public void Dispose() => _stream.Dispose();
}
