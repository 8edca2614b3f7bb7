namespace SecureFL.Ring.Randomness;

/// <summary>
/// Where secret randomness comes from. Implementations are thread-safe and unpredictable; deterministic ones exist only
/// in tests.
/// </summary>
public interface IEntropySource
{
    /// <summary>Overwrites every byte of <paramref name="destination"/> with fresh random bytes.</summary>
    void Fill(Span<byte> destination);
}
