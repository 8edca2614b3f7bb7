using SecureFL.Encoding.Planning;

namespace SecureFL.Aggregation;

/// <summary>Sizes and counts of the joint-key suite under a plan. Immutable, thread-safe.</summary>
internal sealed class JointKeyLayout
{
    public JointKeyLayout(AggregationParameters parameters, int threshold)
    {
        PolynomialBytes = parameters.PolynomialBytes;
        SealedShareBytes = ShareLayout.EncapsulatedKeyBytes + PolynomialBytes + ShareLayout.TagBytes;
        Parts = threshold;
        ChunkCount = parameters.ChunkCount;
        CoefficientsPerGroup = parameters.CoefficientsPerOpening;
    }

    /// <summary>Bytes of one packed polynomial: half a chunk, a public key, a key share, a partial decryption.</summary>
    public int PolynomialBytes { get; }

    /// <summary>Bytes of a sealed key share.</summary>
    public int SealedShareBytes { get; }

    /// <summary>Polynomials of a public key share: t.</summary>
    public int Parts { get; }

    public long ChunkCount { get; }

    /// <summary>Coefficients that opening one group decrypts: what counts against the key's lifetime.</summary>
    public long CoefficientsPerGroup { get; }

    /// <summary>Bytes of what a holder keeps of a key: its share, and the secret that its smudging noise derives from.</summary>
    public int StoredShareBytes => PolynomialBytes + SmudgingSecretBytes;

    public const int SmudgingSecretBytes = 32;
}
