using System.Numerics;
using FsCheck;
using FsCheck.Fluent;
using SecureFL.Rlwe.JointKey;
using SecureFL.Rlwe.Packing;
using SecureFL.Rlwe.Parameters;
using SecureFL.Rlwe.Planning;
using SecureFL.Seal.Wire;

namespace SecureFL.Rlwe.Tests;

public sealed class JointKeyPlannerTests
{
    private static Config Settings => Config.QuickThrowOnFailure.WithReplay(0x5EC0_F1D6, 11).WithMaxTest(40);

    private static Gen<PlanningRequest> Requests =>
        from lengthBits in Gen.Choose(0, 29)
        from bits in Gen.Choose(4, 24)
        from clients in Gen.OneOf(Gen.Choose(1, 20), Gen.Choose(1, 5000))
        from holders in Gen.Choose(2, 64)
        from threshold in Gen.Choose(2, 64)
        from smudging in Gen.Choose(40, 64)
        from rounds in Gen.Choose(1, 100_000)
        from wire in Gen.Elements(WireMode.Packed, WireMode.Seal)
        select new PlanningRequest(1L << lengthBits, bits, 1f, clients, 3,
            JointKey: new JointKeyRequest(holders, Math.Min(threshold, holders), rounds, smudging, wire));

    /// <summary>
    /// The bytes a parameter that the design promises: 5 holders, t = 3, 10^7 parameters, 1000 rounds a key.
    /// </summary>
    [Theory]
    [InlineData(10, 8, 43, 3.5)]
    [InlineData(10, 16, 43, 5.9)]
    [InlineData(100, 8, 43, 4.5)]
    [InlineData(100, 16, 43, 7.0)]
    [InlineData(10, 8, 64, 3.7)]
    [InlineData(10, 16, 64, 6.3)]
    [InlineData(100, 8, 64, 4.8)]
    [InlineData(100, 16, 64, 7.5)]
    public void Uploads_are_of_the_promised_size(int clients, int bits, int smudging, double bytes)
    {
        AggregationParameters parameters = JointKeyCeremony.Plan(10_000_000, bits, clients, smudging: smudging);
        Assert.Equal(16384, parameters.RingDegree);
        Assert.InRange(parameters.CiphertextBytes / 1e7, bytes - 0.05, bytes + 0.065);
        Assert.True(parameters.Ckks.Basis.Product.GetBitLength() <= 430);
        Assert.Equal(1000 * parameters.CoefficientsPerOpening, parameters.JointKey!.MaxCoefficientsPerKey);
        Assert.All(parameters.Primes, p => Assert.True(p < 1UL << 50));
        Assert.Equal(2 * parameters.PolynomialBytes, parameters.ChunkBytes);
    }

    [Fact]
    public void Every_plan_obeys_its_rules() => Prop.ForAll(Requests.ToArbitrary(), request =>
    {
        try
        {
            AggregationParameters parameters = AggregationPlanner.Plan(request);
            JointKeyParameters joint = parameters.JointKey!;
            BigInteger q = parameters.Primes.Aggregate(BigInteger.One, (product, p) => product * p);
            Assert.True(q > (parameters.Layout.Range + 1) << parameters.LogDelta);
            Assert.Equal(request.JointKey!.Wire, joint.Wire);
            Assert.Equal(joint.Wire == WireMode.Seal, parameters.TravelsAsSeal);
            q *= joint.Wire == WireMode.Seal ? joint.SpecialPrime : 1;
            Assert.True(q.GetBitLength() <= SecurityTable.MaxLogModulusTernary(parameters.RingDegree));
            Assert.Equal(joint.MinLogScale, parameters.LogDelta);
            Assert.Equal((request.JointKey!.KeyHolders, request.JointKey.Threshold, request.JointKey.Smudging),
                (joint.KeyHolders, joint.Threshold, joint.Smudging));
            Assert.Equal(request.JointKey.RoundsPerKey * parameters.CoefficientsPerOpening,
                joint.MaxCoefficientsPerKey);
            Assert.Equal((SecretDistribution.Ternary, ErrorDistribution.CenteredBinomial),
                (parameters.Ckks.Secret, parameters.Ckks.Error));
        }
        catch (PlanningException refusal)
        {
            Assert.Equal("modulus rule", refusal.Rule);
        }
    }).Check(Settings);

    [Theory]
    [InlineData(1, 1, 100, 43, "key holder rule")]
    [InlineData(65, 2, 100, 43, "key holder rule")]
    [InlineData(3, 4, 100, 43, "threshold rule")]
    [InlineData(3, 1, 100, 43, "threshold rule")]
    [InlineData(3, 2, 0, 43, "key life rule")]
    [InlineData(3, 2, 100, 39, "smudging rule")]
    [InlineData(3, 2, 100, 65, "smudging rule")]
    public void A_refusal_names_the_rule(int holders, int threshold, long rounds, int smudging, string rule) =>
        Assert.Equal(rule,
            Assert.Throws<PlanningException>(
                () => JointKeyCeremony.Plan(1000, 16, 10, holders, threshold, rounds, smudging)).Rule);

    [Fact]
    public void Secrets_scale_and_clients_must_belong_together()
    {
        AggregationParameters p = JointKeyCeremony.Plan(1000, 8, 10);
        AggregationParameters oneTime = ParameterSets.Get("small");
        AssertRefused("secret rule", () => Make(p.Ckks, p.Layout, 10, null));
        AssertRefused("secret rule", () => Make(oneTime.Ckks, oneTime.Layout, 10, p.JointKey));
        AssertRefused("joint key rule", () => Make(p.Ckks, p.Layout, 9, p.JointKey));
        AssertRefused("scale rule",
            () => Make(p.Ckks, p.Layout, 10,
                new JointKeyParameters(p.RingDegree, 10, 5, 3, 64, p.JointKey!.MaxCoefficientsPerKey)));
        Assert.Equal(p.Digest.ToArray(), Make(p.Ckks, p.Layout, 10, p.JointKey).Digest.ToArray());
        JointKeyParameters other = new(p.RingDegree, 10, 5, 3, 43, p.JointKey!.MaxCoefficientsPerKey - 1);
        Assert.NotEqual(p.Digest.ToArray(), Make(p.Ckks, p.Layout, 10, other).Digest.ToArray());

        static AggregationParameters Make(CkksParameters ckks, LaneLayout layout, int clients,
            JointKeyParameters? joint) => new(ckks, layout, 1000, 0, 8, 1f, clients, joint);

        static void AssertRefused(string rule, Action create) =>
            Assert.Contains(rule, Assert.Throws<ArgumentException>(create).Message, StringComparison.Ordinal);
    }
}
