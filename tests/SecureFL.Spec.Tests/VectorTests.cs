using SecureFL.Reference;
using SecureFL.Spec.Tests.Operations;

namespace SecureFL.Spec.Tests;

/// <summary>The committed vectors are the reference implementation's, and the product passes every one.</summary>
public class VectorTests
{
    private static readonly Dictionary<string, Action<VectorFile>> Operations = new()
    {
        ["keystream"] = RingOperations.Keystream,
        ["evaluation-order"] = RingOperations.EvaluationOrder,
        ["packing"] = RingOperations.Packing,
        ["public-polynomial"] = RingOperations.PublicPolynomial,
        ["planner"] = ParameterOperations.Planner,
        ["parameters-digest"] = ParameterOperations.Digest,
        ["plan"] = ParameterOperations.Plan,
        ["quantise-nearest"] = EncodingOperations.QuantiseNearest,
        ["counters"] = EncodingOperations.Counters,
        ["lane-packing"] = EncodingOperations.LanePacking,
        ["encryption"] = EncodingOperations.Encryption,
        ["open"] = EncodingOperations.Open,
        ["word-packing"] = SharingOperations.WordPacking,
        ["share-weights"] = SharingOperations.Weights,
        ["shares"] = SharingOperations.Shares,
        ["hpke"] = SharingOperations.Hpke,
        ["reconstruct"] = SharingOperations.Reconstruct,
        ["messages"] = MessageOperations.Messages,
        ["parse"] = MessageOperations.Parse,
        ["derived"] = MessageOperations.Derived,
        ["contribution"] = MessageOperations.Contribution,
        ["groups"] = MessageOperations.Groups,
        ["opening"] = MessageOperations.Opening,
        ["certificate"] = MessageOperations.Certificate,
        ["server"] = ServerScript.Run,
        ["holder"] = HolderScript.Run,
        ["client"] = ClientScript.Run,
        ["ledger"] = MessageOperations.Ledger,
        ["sum"] = SumOperations.Verify,
        ["transcript"] = TranscriptOperations.Verify,
        ["joint-noise"] = JointKeyOperations.Noise,
        ["key-epoch"] = JointKeyOperations.KeyEpoch,
        ["key-commitment"] = JointKeyOperations.Commitment,
        ["partial-decryption"] = JointKeyOperations.PartialDecryption,
        ["joint-open"] = JointKeyOperations.Open,
        ["partial-intake"] = JointKeyOperations.Intake,
        ["linear-digest-polynomial"] = LinearDigestOperations.Polynomials,
        ["linear-digest"] = LinearDigestOperations.Sum,
        ["linear-digest-encoding"] = LinearDigestOperations.Encoding,
        ["seal-key"] = SealWireOperations.Key,
        ["seal-chunk"] = SealWireOperations.Chunk,
    };

    public static TheoryData<string> Names =>
        [.. Directory.EnumerateFiles(VectorFile.Directory, "*.json").Select(f => Path.GetFileName(f))
            .Order(StringComparer.Ordinal)];

    [Theory]
    [MemberData(nameof(Names))]
    public void The_product_passes(string name)
    {
        VectorFile vector = VectorFile.Load(name);
        Operations[vector.Operation](vector);
    }

    [Fact]
    [Trait("Category", "Slow")]
    public void The_committed_vectors_are_what_the_reference_generates()
    {
        Reference.Vector[] generated = [.. VectorSet.All()];
        Assert.Equal(generated.Select(v => v.FileName).Order(StringComparer.Ordinal), Names.Select(row => row.Data));
        foreach (Reference.Vector vector in generated)
        {
            string committed = File.ReadAllText(Path.Combine(VectorFile.Directory, vector.FileName));
            Assert.True(committed == vector.ToText(), $"{vector.FileName} differs from what the reference generates");
        }
    }

    [Fact]
    public void The_vectors_stay_small()
    {
        long[] sizes = [.. Directory.EnumerateFiles(VectorFile.Directory).Select(f => new FileInfo(f).Length)];
        Assert.All(sizes, size => Assert.InRange(size, 1, 600_000));
        Assert.InRange(sizes.Sum(), 1, 5_500_000);
    }

    [Fact]
    public void The_reference_shares_no_code_with_the_product()
    {
        IEnumerable<string?> referred = typeof(VectorSet).Assembly.GetReferencedAssemblies().Select(a => a.Name);
        Assert.All(referred, name => Assert.StartsWith("System", name));
    }
}
