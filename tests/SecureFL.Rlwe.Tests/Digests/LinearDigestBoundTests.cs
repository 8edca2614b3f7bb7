using SecureFL.Ring.Arithmetic;
using SecureFL.Rlwe.Digests;
using SecureFL.Rlwe.Planning;

namespace SecureFL.Rlwe.Tests.Digests;

/// <summary>The numbers of section 13.4.</summary>
public sealed class LinearDigestBoundTests
{
    private static readonly ulong Largest = (1UL << 50) - 1;

    [Fact]
    public void The_primes_are_the_two_largest_below_2_to_the_50()
    {
        Assert.Equal(Primality.LargestPrimes(50, 4096, 2).Select(p => p.Value), LinearDigestParameters.Primes);
        Assert.Equal([1125899906826241UL, 1125899906629633UL], LinearDigestParameters.Primes);
        Assert.Equal(4096, LinearDigestParameters.Degree);
        Assert.Equal(51_200, LinearDigestParameters.DigestBytes);
    }

    [Fact]
    public void Degree_4096_binds_up_to_2_to_the_93_and_2048_up_to_66()
    {
        double logModulus = LinearDigestParameters.Primes.Sum(p => Math.Log2(p));
        Assert.Equal(100, logModulus, 6);
        Assert.Equal(93.4, LinearDigestBound.LogShortest(4096, logModulus), 0.05);
        Assert.Equal(66.1, LinearDigestBound.LogShortest(2048, logModulus), 0.05);
        Assert.Equal(93, LinearDigestBound.LogNormLimit);
        Assert.True(LinearDigestBound.LogNormLimit <= LinearDigestBound.LogShortest(4096, logModulus));
    }

    [Theory]
    [InlineData(10_000_000, 100, 68)]
    [InlineData(1_000_000_000, 100, 71)]
    [InlineData(1_000_000_000, 16_384, 78)]
    public void Norms_of_sums_leave_room(long parameters, int clients, double expected)
    {
        // About half a residue a parameter.
        long residues = parameters / 2;
        Assert.Equal(expected, LinearDigestBound.LogNorm(residues, clients, Largest), 0.7);
        LinearDigestBound.Require(residues, clients, Largest);
    }

    [Fact]
    public void A_sum_beyond_the_bound_is_refused_with_its_numbers()
    {
        // n (p - 1) = 2^63 and 2^60 residues are 2^93; one more residue is too long.
        ulong prime = (1UL << 50) + 1;
        LinearDigestBound.Require(1L << 60, 1 << 13, prime);
        PlanningException refused = Assert.Throws<PlanningException>(
            () => LinearDigestBound.Require((1L << 60) + 1, 1 << 13, prime));
        Assert.Equal("digest rule", refused.Rule);
        Assert.Contains($"{(1L << 60) + 1} residues modulo {prime} of 8192 clients have norm 2^93.0", refused.Message,
            StringComparison.Ordinal);
        Assert.Contains("2^93", refused.Hint, StringComparison.Ordinal);
    }

    [Fact]
    public void A_sum_that_outgrows_its_words_is_refused()
    {
        LinearDigestBound.Require(1, 16_384, Largest);
        PlanningException refused = Assert.Throws<PlanningException>(
            () => LinearDigestBound.Require(1, 16_385, Largest));
        Assert.Contains("16384 clients fit", refused.Hint, StringComparison.Ordinal);
    }

    [Fact]
    public void Planned_parameters_are_within_the_bound()
    {
        foreach (string set in DigestContents.Sets)
        {
            LinearDigestBound.Require(DigestContents.Parameters(set));
        }

        LinearDigestBound.Require(ParameterSets.Plan(AggregationParameters.MaxFloatLength, 16, 100));
    }
}
