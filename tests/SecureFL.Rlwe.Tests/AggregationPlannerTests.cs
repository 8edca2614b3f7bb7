using System.Numerics;
using FsCheck;
using FsCheck.Fluent;
using SecureFL.Ring.Arithmetic;
using SecureFL.Rlwe.Packing;
using SecureFL.Rlwe.Parameters;
using SecureFL.Rlwe.Planning;

namespace SecureFL.Rlwe.Tests;

public sealed class AggregationPlannerTests
{
    private static Config Settings => Config.QuickThrowOnFailure.WithReplay(0x5EC0_F1D5, 11).WithMaxTest(300);

    private static Gen<PlanningRequest> Requests =>
        from lengthBits in Gen.Choose(0, 29)
        from lengthShare in Gen.Choose(1, 1000)
        from bits in Gen.Choose(4, 24)
        from clients in Gen.OneOf(Gen.Choose(1, 20), Gen.Choose(1, 2000), Gen.Choose(1, 65536))
        from integers in Gen.OneOf(Gen.Constant(0), Gen.Choose(0, 100_000))
        from holders in Gen.Choose(0, 9)
        select new PlanningRequest(Math.Max(1, (1L << lengthBits) * lengthShare / 1000), bits, 1f, clients,
            integers, holders);

    [Fact]
    public void A_hundred_clients_at_sixteen_bits()
    {
        AggregationParameters parameters =
            AggregationPlanner.Plan(new PlanningRequest(10_000_000, 16, 1f, 100, KeyHolders: 3));
        Assert.Equal(8192, parameters.RingDegree);
        Assert.Equal(8, parameters.Lanes);
        Assert.Equal(4, parameters.Primes.Length);
        Assert.All(parameters.Primes, p => Assert.True(p < 1UL << 50));
        Assert.Equal(ErrorDistribution.CenteredBinomial, parameters.Ckks.Error);
        Assert.InRange(parameters.CiphertextBytes / 1e7, 3.02, 3.06);
        Assert.Equal(128, parameters.SecurityBits);
    }

    [Fact]
    public void Ten_clients_at_eight_bits()
    {
        AggregationParameters parameters =
            AggregationPlanner.Plan(new PlanningRequest(10_000_000, 8, 1f, 10, KeyHolders: 3));
        Assert.InRange(parameters.CiphertextBytes / 1e7, 1.49, 1.51);
        Assert.Equal(ErrorDistribution.CenteredBinomial, parameters.Ckks.Error);
        Assert.True(parameters.Primes.Length <= 4);
    }

    /// <summary>
    /// The small rings of the worked points: (10, 8) is 22 bits a lane at N = 1024 and 44 bits for three at N = 2048;
    /// (100, 16) does not fit N = 1024 and takes 34 bits at N = 2048.
    /// </summary>
    [Fact]
    public void Short_vectors_take_small_rings()
    {
        AggregationParameters tiny = AggregationPlanner.Plan(new PlanningRequest(1000, 8, 1f, 10, KeyHolders: 3));
        Assert.Equal((1024, 22, 1), (tiny.RingDegree, tiny.Ckks.CoefficientBits, tiny.Lanes));
        Assert.Equal(ErrorDistribution.DiscreteGaussian, tiny.Ckks.Error);
        AggregationParameters small = AggregationPlanner.Plan(new PlanningRequest(6000, 8, 1f, 10));
        Assert.Equal((2048, 44, 3), (small.RingDegree, small.Ckks.CoefficientBits, small.Lanes));
        AggregationParameters wide = AggregationPlanner.Plan(new PlanningRequest(1000, 16, 1f, 100, KeyHolders: 3));
        Assert.Equal((2048, 34, 1), (wide.RingDegree, wide.Ckks.CoefficientBits, wide.Lanes));
    }

    [Theory]
    [InlineData(-1, 16, 1f, 10, 0, 3, "length rule", "1000000000")]
    [InlineData(1_000_000_001, 16, 1f, 10, 0, 3, "length rule", "1000000000")]
    [InlineData(10, 16, 1f, 10, -1, 3, "length rule", "1000000")]
    [InlineData(10, 16, 1f, 10, 1_000_001, 3, "length rule", "1000000")]
    [InlineData(0, 16, 1f, 10, 0, 3, "length rule", "1 element")]
    [InlineData(10, 3, 1f, 10, 0, 3, "bits rule", "4 to 24")]
    [InlineData(10, 25, 1f, 10, 0, 3, "bits rule", "4 to 24")]
    [InlineData(10, 16, 0f, 10, 0, 3, "clip rule", "positive")]
    [InlineData(10, 16, -1f, 10, 0, 3, "clip rule", "positive")]
    [InlineData(10, 16, float.NaN, 10, 0, 3, "clip rule", "positive")]
    [InlineData(10, 16, float.PositiveInfinity, 10, 0, 3, "clip rule", "positive")]
    [InlineData(10, 24, 1.2e-38f, 10, 0, 3, "clip rule", "positive")]
    [InlineData(10, 16, 1f, 0, 0, 3, "clients rule", "1 to 65536")]
    [InlineData(10, 16, 1f, 65537, 0, 3, "clients rule", "1 to 65536")]
    [InlineData(10, 16, 1f, 10, 0, -1, "key holder rule", "0 to 64")]
    [InlineData(10, 16, 1f, 10, 0, 65, "key holder rule", "0 to 64")]
    public void A_refusal_names_the_rule_and_what_fits(long length, int bits, float clip, int clients, int integers,
        int holders, string rule, string hint)
    {
        PlanningException refusal = Assert.Throws<PlanningException>(
            () => AggregationPlanner.Plan(new PlanningRequest(length, bits, clip, clients, integers, holders)));
        Assert.Equal(rule, refusal.Rule);
        Assert.Contains(hint, refusal.Hint, StringComparison.Ordinal);
        Assert.Contains(rule, refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Every_planned_set_satisfies_the_inequalities() =>
        Check.One(Settings,
            Prop.ForAll(Requests.ToArbitrary(), request => AssertSound(request, AggregationPlanner.Plan(request))));

    [Fact]
    public void The_ends_of_the_ranges_are_planned()
    {
        foreach (long length in new[] { 1L, 1_000_000_000L })
        {
            foreach (int bits in new[] { 4, 24 })
            {
                foreach (int clients in new[] { 1, 65536 })
                {
                    PlanningRequest request = new(length, bits, float.MaxValue, clients, 1_000_000, 64);
                    AssertSound(request, AggregationPlanner.Plan(request));
                }
            }
        }
    }

    /// <summary>
    /// No candidate of the planner's own family needs fewer bytes: each is bounded from below by the bits its lanes
    /// need.
    /// </summary>
    [Fact]
    public void No_set_of_the_family_is_much_smaller() =>
        Check.One(Settings.WithMaxTest(150), Prop.ForAll(Requests.ToArbitrary(), request =>
    {
        AggregationParameters chosen = AggregationPlanner.Plan(request);
        BigInteger radix = Radix(request);
        long best = long.MaxValue;
        foreach ((int degree, ErrorDistribution error, int limit) in
            new[] { (1024, ErrorDistribution.DiscreteGaussian, 28), (2048, ErrorDistribution.DiscreteGaussian, 55),
                (4096, ErrorDistribution.CenteredBinomial, 100), (8192, ErrorDistribution.CenteredBinomial, 200) })
        {
            int scale = LogScale(request, error);
            BigInteger range = radix;
            // Primes just below powers of two lose a little: two bits are granted for that.
            for (int lanes = 1; ((range + 1) << scale).GetBitLength() + 2 <= limit; lanes++, range *= radix)
            {
                long bits = Math.Max(20, ((range + 1) << scale).GetBitLength() + 2);
                long chunks = (request.FloatLength + request.IntegerLength + ((long)degree * lanes) - 1)
                    / ((long)degree * lanes);
                best = Math.Min(best, (chunks * degree / 8 * bits)
                    + ((long)request.KeyHolders * AggregationPlanner.ShareBytes(degree)));
            }
        }

        Assert.True(chosen.CiphertextBytes
            + ((long)request.KeyHolders * AggregationPlanner.ShareBytes(chosen.RingDegree)) <= best);
    }));

    [Fact]
    public void A_shares_bytes_are_thirty_one_bits_a_word_sealed()
    {
        // 31.7 KB at N = 8192 and 15.9 KB at 4096, of 1000 bytes.
        Assert.InRange(AggregationPlanner.ShareBytes(8192), 31_700, 31_900);
        Assert.InRange(AggregationPlanner.ShareBytes(4096), 15_900, 16_000);
    }

    [Fact]
    public void Every_field_changes_the_digest()
    {
        PlanningRequest request = new(50_000, 12, 1f, 20, 3, 3);
        string[] digests =
        [
            .. new[] { request, request with { FloatLength = 50_001 }, request with { Bits = 13 },
                request with { Clip = 1.0000001f }, request with { MaxClients = 21 },
                    request with { IntegerLength = 4 }, request with { FloatLength = 50_001, IntegerLength = 2 } }
                .Select(r => System.Convert.ToHexString(AggregationPlanner.Plan(r).Digest)),
        ];
        Assert.Equal(digests.Length, digests.Distinct().Count());
        Assert.Equal(digests[0], System.Convert.ToHexString(AggregationPlanner.Plan(request).Digest));
    }

    [Fact]
    public void Hand_made_sets_are_checked_by_the_same_rules()
    {
        CkksParameters ckks = new(4096, [.. Primality.LargestPrimes(50, 4096, 2).Select(p => p.Value)], 9,
            ErrorDistribution.CenteredBinomial);
        LaneLayout layout = LaneLayout.Uniform(8, 2541);
        new AggregationParameters(ckks, layout, 10, 0, 8, 1f, 10).ElementsIn(0);
        AssertRefused("lane rule",
            () => new AggregationParameters(ckks, LaneLayout.Uniform(8, 2539), 10, 0, 8, 1f, 10));
        AssertRefused("scale rule", () => new AggregationParameters(ckks, layout, 10, 0, 4, 1f, 100));
        AssertRefused("modulus rule",
            () => new AggregationParameters(ckks, LaneLayout.Uniform(9, 2541), 10, 0, 8, 1f, 10));
        AssertRefused("modulus rule",
            () => new AggregationParameters(ckks, LaneLayout.Uniform(3, 2541), 10, 0, 8, 1f, 10));
        AssertRefused("length rule", () => new AggregationParameters(ckks, layout, -1, 0, 8, 1f, 10));
        AssertRefused("length rule", () => new AggregationParameters(ckks, layout, 1, -1, 8, 1f, 10));
        AssertRefused("length rule", () => new AggregationParameters(ckks, layout, 0, 0, 8, 1f, 10));
        AssertRefused("bits rule", () => new AggregationParameters(ckks, layout, 1, 0, 25, 1f, 10));
        AssertRefused("clip rule", () => new AggregationParameters(ckks, layout, 1, 0, 8, float.NaN, 10));
        AssertRefused("clients rule", () => new AggregationParameters(ckks, layout, 1, 0, 8, 1f, 0));
    }

    [Fact]
    public void Chunks_cover_the_vector_floats_first()
    {
        AggregationParameters parameters = ParameterSets.Plan(100_003, 16, 100, integers: 70_000);
        Assert.Equal(parameters.VectorLength, LongRange(parameters.ChunkCount).Sum(parameters.ElementsIn));
        Assert.Equal(100_003, LongRange(parameters.ChunkCount).Sum(parameters.FloatsIn));
        Assert.Equal(70_000, LongRange(parameters.ChunkCount).Sum(parameters.IntegersIn));
        Assert.Throws<ArgumentOutOfRangeException>(() => parameters.ElementsIn(parameters.ChunkCount));
        Assert.Throws<ArgumentOutOfRangeException>(() => parameters.FloatsIn(-1));

        static IEnumerable<long> LongRange(long count) => Enumerable.Range(0, (int)count).Select(i => (long)i);
    }

    private static void AssertSound(PlanningRequest request, AggregationParameters parameters)
    {
        BigInteger q = parameters.Primes.Aggregate(BigInteger.One, (product, p) => product * p);
        BigInteger range = parameters.Layout.Radices.Aggregate(BigInteger.One, (product, r) => product * r);
        Assert.True(q > (range + 1) << parameters.LogDelta);
        Assert.All(parameters.Layout.Radices, r => Assert.Equal(Radix(request), r));
        Assert.Equal(LogScale(request, parameters.Ckks.Error), parameters.LogDelta);
        Assert.True(q.GetBitLength() <= SecurityTable.MaxLogModulus(parameters.RingDegree, parameters.Ckks.Error));
        // Of many clients' residues the sum fits 63 bits: primes are smaller, and one more may be needed.
        Assert.All(parameters.Primes, p => Assert.True((BigInteger)request.MaxClients * (p - 1) < 1UL << 63));
        Assert.True(parameters.RingDegree <= 8192 && parameters.Primes.Length <= (request.MaxClients <= 8192 ? 4 : 5)
            && parameters.Primes.Distinct().Count() == parameters.Primes.Length);
        Assert.All(parameters.Primes,
            p => Assert.True(p < 1UL << 50 && p % (2 * (ulong)parameters.RingDegree) == 1 && Primality.IsPrime(p)));
        Assert.Equal(parameters.RingDegree <= 2048 ? ErrorDistribution.DiscreteGaussian
            : ErrorDistribution.CenteredBinomial, parameters.Ckks.Error);
        Assert.Equal((request.FloatLength, request.IntegerLength, request.Bits, request.MaxClients),
            (parameters.FloatLength, parameters.IntegerLength, parameters.Bits, parameters.MaxClients));
        BigInteger perChunk = (BigInteger)parameters.RingDegree * parameters.Lanes;
        BigInteger chunks = (request.FloatLength + request.IntegerLength + perChunk - 1) / perChunk;
        Assert.Equal(chunks * parameters.RingDegree * parameters.Primes.Sum(p => 64 - BitOperations.LeadingZeroCount(p))
            / 8, parameters.CiphertextBytes);
    }

    /// <summary>B = 2 n (2^(b-1) - 1) + 1.</summary>
    private static BigInteger Radix(PlanningRequest request) =>
        (2 * (BigInteger)request.MaxClients * ((BigInteger.One << (request.Bits - 1)) - 1)) + 1;

    /// <summary>
    /// The smallest k with 2^k >= 2 * 16 sigma sqrt(n), by squares: 4^k * 100 >= 1024 * 100 sigma^2 * n, 100 sigma^2 =
    /// 1050 or 4096.
    /// </summary>
    private static int LogScale(PlanningRequest request, ErrorDistribution error)
    {
        BigInteger bound = 1024 * (BigInteger)(error == ErrorDistribution.CenteredBinomial ? 1050 : 4096)
            * request.MaxClients;
        int k = 0;
        while ((BigInteger.One << (2 * k)) * 100 < bound)
        {
            k++;
        }

        return k;
    }

    private static void AssertRefused(string rule, Action create) =>
        Assert.Contains(rule, Assert.Throws<ArgumentException>(create).Message, StringComparison.Ordinal);
}
