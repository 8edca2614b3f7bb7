using System.Security.Cryptography;
using SecureFL.Messages.Primitives;
using SecureFL.Messages.Rounds;
using SecureFL.Messages.Wire;
using SecureFL.Protocol.Plans;
using SecureFL.Protocol.Suites;
using SecureFL.Rlwe.Quantization;

namespace SecureFL.Deployment.Tests.ThirdSuite;

/// <summary>
/// A toy that shows what a third suite takes: this folder, and one call of <see cref="SuiteTable.Register"/>. INSECURE:
/// contributions travel in the clear, key holders keep no secret and only say yes to a sum. Values have at most 16
/// bits: a chunk has the size of a one-time-key one, and holds them as 16-bit numbers from its beginning. That is how a
/// suite's payload travels: in chunks of the plan's size whose packed residues are below their primes (servers check
/// that of any suite), in the key of an entry, in proof and shares of a contribution, and in the answers of a release.
/// </summary>
internal sealed class InsecurePlainSuite : ISuite
{
    public const Suite Number = (Suite)3;

    private InsecurePlainSuite()
    {
    }

    public static InsecurePlainSuite Instance { get; } = Registered();

    public Suite Id => Number;

    public string Name => "insecure-plain";

    public bool HasJointKey => false;

    public SuiteLayout CreateLayout(PlanSettings settings) => new Layout(settings);

    public string Describe(PlanSettings settings) => "\nINSECURE: nothing is encrypted";

    public ISuiteClient CreateClient(AggregationPlan plan) => new Client();

    public ISuiteServer CreateServer(SuiteServerSettings settings) => new InsecurePlainServer(settings);

    public ISuiteKeyHolder CreateKeyHolder(SuiteKeyHolderSettings settings) => new InsecurePlainHolder(settings);

    public ISuiteAudit CreateAudit(AggregationPlan plan) => new InsecurePlainAudit(plan);

    /// <summary>A holder's yes to a group's sum.</summary>
    public static byte[] AnswerTo(CertificateProposal proposal, int group) =>
        SHA256.HashData([.. proposal.Hash.ToArray(), (byte)group]);

    private static InsecurePlainSuite Registered()
    {
        InsecurePlainSuite suite = new();
        SuiteTable.Register(suite);
        return suite;
    }

    private sealed class Layout(PlanSettings settings) : SuiteLayout
    {
        public override SuiteSizes Sizes { get; } = new()
        {
            ChunkBytes = settings.Parameters.WireChunkBytes,
            EntryKeyBytes = InsecurePlainHolder.EntryKeyBytes,
            HasShares = false,
            ShareBytes = 0,
            ProofBytes = 0,
            LinearDigestBytes = 0,
            AnswerBytes = Digest.Size,
        };
    }

    private sealed class Client : ISuiteClient
    {
        public IContributionCipher CreateCipher(ContributionTerms terms) => new NoCipher(terms);
    }

    private sealed class NoCipher(ContributionTerms terms) : IContributionCipher
    {
        private readonly Quantizer _quantizer = new(terms.Plan.Parameters.Bits, terms.Plan.Parameters.Clip,
            terms.Rounding, terms.RoundingSeed ?? 0);

        public long ClippedCount => _quantizer.ClippedCount;

        public void PrepareMask(long chunk)
        {
        }

        public void EncryptChunk(long chunk, ReadOnlySpan<float> floats, ReadOnlySpan<int> integers,
            Span<byte> packed)
        {
            int[] values = new int[floats.Length + integers.Length];
            _quantizer.Quantize(floats, values.AsSpan(0, floats.Length));
            integers.CopyTo(values.AsSpan(floats.Length));
            packed.Clear();
            InsecurePlainSum.Write(values, packed);
        }

        public ContributionHeader CreateHeader(Digest root, ReadOnlyMemory<byte> linearDigest) =>
            new(ContributionStatement.Create(terms.Opening.Context, terms.Opening.Hash, terms.Client,
                terms.BaseVersion, root, linearDigest: null, [], [], terms.Identity), []);

        public void Dispose()
        {
        }
    }
}
