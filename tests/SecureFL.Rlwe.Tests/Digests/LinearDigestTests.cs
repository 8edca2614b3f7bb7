using SecureFL.Ring.Kernels;
using SecureFL.Rlwe.Digests;
using SecureFL.Rlwe.Planning;

namespace SecureFL.Rlwe.Tests.Digests;

/// <summary>What the digest is for: it adds up, and says something else about anything else.</summary>
public sealed class LinearDigestTests
{
    public static TheoryData<string> Sets() => [.. DigestContents.Sets];

    [Theory]
    [MemberData(nameof(Sets))]
    public void The_digests_of_contributions_add_up_to_that_of_their_unreduced_sum(string set)
    {
        AggregationParameters p = DigestContents.Parameters(set);
        Random random = new(1);
        for (int clients = 1; clients <= 15; clients += 7)
        {
            ulong[] sum = DigestContents.Fill(p, _ => 0);
            LinearDigest digests = LinearDigest.Zero;
            for (int client = 0; client < clients; client++)
            {
                ulong[] residues = DigestContents.Random(p, random);
                digests = digests.Add(DigestContents.Digest(p, residues));
                for (int i = 0; i < sum.Length; i++)
                {
                    sum[i] += residues[i];
                }
            }

            Assert.Equal(digests, DigestContents.DigestOfSum(p, sum, clients));
        }
    }

    /// <summary>The residues at their ends: what the lazy bounds and the reduction of large words must hold.</summary>
    [Theory]
    [MemberData(nameof(Sets))]
    public void The_largest_residues_add_up_too(string set)
    {
        AggregationParameters p = DigestContents.Parameters(set);
        int clients = (int)Math.Min(65536, ulong.MaxValue / (p.Primes.Max() - 1));
        LinearDigest one = DigestContents.Digest(p, DigestContents.Fill(p, prime => prime - 1));
        LinearDigest sum = LinearDigest.Zero;
        for (int bit = 30; bit >= 0; bit--)
        {
            sum = sum.Add(sum);
            sum = (clients >> bit & 1) == 1 ? sum.Add(one) : sum;
        }

        ulong[] sums = DigestContents.Fill(p, prime => (ulong)clients * (prime - 1));
        Assert.Equal(sum, DigestContents.DigestOfSum(p, sums, clients));
    }

    [Theory]
    [MemberData(nameof(Sets))]
    public void A_sum_reduced_modulo_the_primes_has_another_digest(string set)
    {
        AggregationParameters p = DigestContents.Parameters(set);
        ulong[] residues = DigestContents.Fill(p, prime => prime - 1);
        LinearDigest digest = DigestContents.Digest(p, residues);
        ulong[] reduced = DigestContents.Fill(p, prime => prime - 2);
        Assert.NotEqual(digest.Add(digest), DigestContents.DigestOfSum(p, reduced, 2));
    }

    [Theory]
    [MemberData(nameof(Sets))]
    public void Every_vector_width_gives_the_same_bytes(string set)
    {
        AggregationParameters p = DigestContents.Parameters(set);
        ulong[] residues = DigestContents.Random(p, new Random(2));
        ulong[] sums = [.. residues.Select(r => 7 * r)];
        byte[] expected = DigestContents.Digest(p, residues, VectorWidth.Scalar).ToBytes();
        byte[] expectedSum = DigestContents.DigestOfSum(p, sums, 7, VectorWidth.Scalar).ToBytes();
        Assert.NotEqual(expected, expectedSum);
        foreach (VectorWidth width in ParameterSets.Widths)
        {
            Assert.Equal(expected, DigestContents.Digest(p, residues, width).ToBytes());
            Assert.Equal(expectedSum, DigestContents.DigestOfSum(p, sums, 7, width).ToBytes());
        }
    }

    [Theory]
    [MemberData(nameof(Sets))]
    public void A_changed_residue_anywhere_changes_the_digest(string set)
    {
        AggregationParameters p = DigestContents.Parameters(set);
        Random random = new(3);
        ulong[] residues = DigestContents.Random(p, random);
        LinearDigest digest = DigestContents.Digest(p, residues);
        HashSet<LinearDigest> seen = [digest];
        int last = residues.Length - 1;
        int[] places =
            [0, 1, p.RingDegree - 1, last - p.RingDegree, last - 1, last, random.Next(last), random.Next(last)];
        foreach (int at in places.Where(at => at >= 0).Distinct())
        {
            ulong old = residues[at];
            residues[at] = old == 0 ? 1 : old - 1;
            Assert.True(seen.Add(DigestContents.Digest(p, residues)), $"residue {at} changed, the digest did not");
            residues[at] = old;
        }

        Assert.Equal(digest, DigestContents.Digest(p, residues));
    }

    /// <summary>Two residues change places: within a polynomial, and between two.</summary>
    [Theory]
    [MemberData(nameof(Sets))]
    public void Residues_in_other_places_have_another_digest(string set)
    {
        AggregationParameters p = DigestContents.Parameters(set);
        ulong[] residues = DigestContents.Random(p, new Random(4));
        LinearDigest digest = DigestContents.Digest(p, residues);
        foreach (int at in (int[])[1, residues.Length - 1])
        {
            ulong smallest = p.Primes.Min();
            (residues[0], residues[at]) = (residues[at] % smallest, residues[0] % smallest);
            Assert.NotEqual(digest, DigestContents.Digest(p, residues));
        }
    }

    [Fact]
    public void Another_plan_has_another_digest()
    {
        AggregationParameters p = DigestContents.Parameters("tiny");
        ulong[] residues = DigestContents.Random(p, new Random(5));
        byte[] other = [.. DigestContents.PlanDigest];
        other[31] ^= 1;
        using LinearDigestBuilder builder = LinearDigestBuilder.OfContribution(new LinearDigestKey(other), p);
        for (long chunk = 0; chunk < p.ChunkCount; chunk++)
        {
            builder.Append(chunk, DigestContents.Chunk(p, residues, chunk));
        }

        Assert.NotEqual(DigestContents.Digest(p, residues), builder.Complete());
        Assert.Throws<ArgumentException>(() => new LinearDigestKey(new byte[31]));
    }

    [Fact]
    public void Bytes_come_back_and_are_the_only_encoding()
    {
        AggregationParameters p = DigestContents.Parameters("mixed");
        LinearDigest digest = DigestContents.Digest(p, DigestContents.Random(p, new Random(6)));
        byte[] bytes = digest.ToBytes();
        Assert.Equal(51_200, bytes.Length);
        LinearDigest parsed = LinearDigest.Parse(bytes);
        Assert.Equal(digest, parsed);
        Assert.Equal(digest.GetHashCode(), parsed.GetHashCode());
        Assert.Equal(bytes, parsed.ToBytes());
        Assert.Throws<FormatException>(() => LinearDigest.Parse(bytes.AsSpan(1)));
        Assert.Throws<FormatException>(() => LinearDigest.Parse([.. bytes, 0]));
        bytes[17] ^= 4;
        Assert.NotEqual(digest, LinearDigest.Parse(bytes));
    }

    [Fact]
    public void Words_at_the_prime_are_refused()
    {
        for (int prime = 0; prime < 2; prime++)
        {
            foreach (int at in (int[])[0, 511, 512, 4095])
            {
                foreach (ulong bad in (ulong[])[LinearDigestParameters.Primes[prime], (1UL << 50) - 1])
                {
                    ulong[] words = new ulong[8192];
                    words[(4096 * prime) + at] = bad - 1;
                    byte[] bytes = new LinearDigest(words).ToBytes();
                    if (bad == LinearDigestParameters.Primes[prime])
                    {
                        Assert.Equal(bytes, LinearDigest.Parse(bytes).ToBytes());
                    }

                    words[(4096 * prime) + at] = bad;
                    bytes = new LinearDigest(words).ToBytes();
                    FormatException refused = Assert.Throws<FormatException>(() => LinearDigest.Parse(bytes));
                    Assert.Contains($"word {at} modulo prime {prime}", refused.Message, StringComparison.Ordinal);
                }
            }
        }
    }
}
