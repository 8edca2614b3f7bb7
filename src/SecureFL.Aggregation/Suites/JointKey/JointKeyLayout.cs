using SecureFL.Ckks.JointKey;
using SecureFL.Ckks.Parameters;
using SecureFL.Encoding.Planning;
using SecureFL.Threshold;

namespace SecureFL.Aggregation;

/// <summary>Sizes, counts and sharing of the joint-key suite under a plan. Immutable, thread-safe.</summary>
internal sealed class JointKeyLayout
{
    public JointKeyLayout(AggregationParameters parameters, JointKeyParameters jointKey)
    {
        Ckks = parameters.Ckks;
        KeySet = parameters.KeySet;
        Sharing = new RingShamirSharing(parameters.Ckks, jointKey.Threshold, jointKey.KeyHolders);
        PolynomialBytes = parameters.PolynomialBytes;
        PublicKeyBytes = JointPublicKey.EncodedBytes(KeySet);
        SealedShareBytes = ShareLayout.EncapsulatedKeyBytes + Sharing.PayloadBytes + ShareLayout.TagBytes;
        ChunkCount = parameters.ChunkCount;
        CoefficientsPerGroup = parameters.CoefficientsPerOpening;
    }

    /// <summary>The set of ciphertexts, of the sharing and of partial decryptions.</summary>
    public CkksParameters Ckks { get; }

    /// <summary>The set of public keys: with the special prime where there is one.</summary>
    public CkksParameters KeySet { get; }

    public RingShamirSharing Sharing { get; }

    /// <summary>Bytes of one packed polynomial: half a chunk, a key share, a partial decryption.</summary>
    public int PolynomialBytes { get; }

    /// <summary>Bytes of a packed public key, joint or a holder's part.</summary>
    public int PublicKeyBytes { get; }

    /// <summary>Bytes of a sealed key share.</summary>
    public int SealedShareBytes { get; }

    public long ChunkCount { get; }

    /// <summary>Coefficients that opening one group decrypts: what counts against the key's lifetime.</summary>
    public long CoefficientsPerGroup { get; }

    /// <summary>
    /// Bytes of what a holder keeps of a key: its share, and the seed that its smudging noise derives from.
    /// </summary>
    public int StoredShareBytes => PolynomialBytes + PartialDecryptionProtocol.SeedSize;

    /// <summary>Adds a peer's packed polynomial.</summary>
    /// <exception cref="ProtocolViolationException"><see cref="ViolationCode.MalformedCiphertext"/>.</exception>
    public static void Add(PackedPolynomialSum sum, ReadOnlySpan<byte> packed, Party sender)
    {
        try
        {
            sum.Add(packed);
        }
        catch (ResidueFormatException refusal)
        {
            throw new ProtocolViolationException(ViolationCode.MalformedCiphertext, sender,
                $"{refusal.Field}: {refusal.Expected}", refusal.Received);
        }
    }
}
