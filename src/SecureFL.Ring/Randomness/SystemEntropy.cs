using System.Security.Cryptography;

namespace SecureFL.Ring.Randomness;

/// <summary>The operating system's generator. Thread-safe.</summary>
public sealed class SystemEntropy : IEntropySource
{
    /// <summary>The only instance.</summary>
    public static SystemEntropy Instance { get; } = new();

    private SystemEntropy()
    {
    }

    /// <inheritdoc/>
    public void Fill(Span<byte> destination) => RandomNumberGenerator.Fill(destination);
}
