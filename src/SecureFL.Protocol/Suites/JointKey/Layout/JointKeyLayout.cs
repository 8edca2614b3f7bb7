using SecureFL.Messages.Primitives;
using SecureFL.Messages.Rounds;
using SecureFL.Messages.Violations;
using SecureFL.Messages.Wire;
using SecureFL.Protocol.Plans;
using SecureFL.Protocol.Suites.JointKey.KeyGeneration;
using SecureFL.Protocol.Summation;
using SecureFL.Rlwe.Contributions;
using SecureFL.Rlwe.Digests;
using SecureFL.Rlwe.JointKey;
using SecureFL.Rlwe.Parameters;
using SecureFL.Rlwe.Planning;
using SecureFL.Threshold;
using SecureFL.Threshold.JointKey;

namespace SecureFL.Protocol.Suites.JointKey.Layout;

/// <summary>Sizes, counts and sharing of the joint-key suite under a plan. Immutable, thread-safe.</summary>
internal sealed class JointKeyLayout : SuiteLayout
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
        Sizes = new SuiteSizes
        {
            ChunkBytes = parameters.WireChunkBytes,
            EntryKeyBytes = Digest.Size,
            HasShares = false,
            ShareBytes = 0,
            ProofBytes = 0,
            LinearDigestBytes = parameters.Polynomials * LinearDigestParameters.DigestBytes,
            AnswerBytes = LinearDigestParameters.DigestBytes,
            JointKey = new JointKeySizes(PublicKeyBytes, PolynomialBytes,
                SummedChunkPacking.Bytes(parameters, parameters.MaxClients), SealedShareBytes, Sharing.ProofBytes),
        };
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

    public override SuiteSizes Sizes { get; }

    public long ChunkCount { get; }

    /// <summary>Coefficients that opening one group decrypts: what counts against the key's lifetime.</summary>
    public long CoefficientsPerGroup { get; }

    /// <summary>
    /// Bytes of what a holder keeps of a key: its share, and the seed that its smudging noise derives from.
    /// </summary>
    public int StoredShareBytes => PolynomialBytes + PartialDecryptionProtocol.SeedSize;

    /// <summary>
    /// H("contribution-chunk", u64 index || half hash of c0 || half hash of c1): whoever needs one half alone can check
    /// it.
    /// </summary>
    public override Digest HashChunk(long index, ReadOnlySpan<byte> packed) => JointKeyHashes.ContributionChunk(index,
        JointKeyHashes.Half(packed[..(packed.Length / 2)]), JointKeyHashes.Half(packed[(packed.Length / 2)..]));

    public override void Require(CertificateProposal proposal, RoundOpening opening, AggregationPlan plan) =>
        JointKeyRules.Require(proposal, opening, plan);

    public override void Require(Release release)
    {
        foreach (ReadOnlyMemory<byte> digest in release.Groups)
        {
            ContributionDigest.Read(digest.Span, release.Signer);
        }
    }

    public override ISuiteLedger CreateLedger() => new KeyEpochs();

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

/// <summary>The layout of a plan of the joint-key suite.</summary>
internal static class JointKeyPlan
{
    extension(AggregationPlan plan)
    {
        /// <summary>Sizes, counts and sharing of the joint key.</summary>
        /// <exception cref="InvalidOperationException">A plan of another suite.</exception>
        public JointKeyLayout JointKey => plan.Layout as JointKeyLayout
            ?? throw new InvalidOperationException($"the suite {plan.Suite.Name} has no joint key");

        /// <summary>M: coefficients that one joint key may decrypt in its life.</summary>
        public long MaxCoefficientsPerKey => plan.Parameters.JointKey?.MaxCoefficientsPerKey ?? 0;
    }
}
