using System.Collections.Immutable;
using SecureFL.Ring.Arithmetic;
using SecureFL.Ring.Kernels;
using SecureFL.Rlwe.Digests;
using SecureFL.Rlwe.Planning;

namespace SecureFL.Rlwe.Tests.Digests;

/// <summary>
/// Contributions as their residues, all in one sequence, and their digests by the builder and by the definition.
/// </summary>
internal static class DigestContents
{
    internal static readonly ImmutableArray<string> Sets =
        ["tiny", "small", "deep", "mixed", "scaled", "many primes", "sixty", "joint"];

    internal static readonly byte[] PlanDigest = [.. Enumerable.Range(0, 32).Select(i => (byte)(5 * i))];

    internal static readonly LinearDigestKey Key = new(PlanDigest);

    internal static AggregationParameters Parameters(string set) => set == "joint"
        ? AggregationPlanner.Plan(new PlanningRequest(5000, 8, 1f, 10, JointKey: new JointKeyRequest(3, 2, 10)))
        : ParameterSets.Get(set);

    internal static int PerChunk(AggregationParameters p) => p.Primes.Length * p.RingDegree;

    internal static ulong PrimeAt(AggregationParameters p, long index) =>
        p.Primes[(int)(index / p.RingDegree % p.Primes.Length)];

    internal static ulong[] Random(AggregationParameters p, Random random) =>
        Fill(p, prime => (ulong)random.NextInt64((long)prime));

    internal static ulong[] Fill(AggregationParameters p, Func<ulong, ulong> residue)
    {
        ulong[] residues = new ulong[p.ChunkCount * PerChunk(p)];
        for (int i = 0; i < residues.Length; i++)
        {
            residues[i] = residue(PrimeAt(p, i));
        }

        return residues;
    }

    internal static byte[] Chunk(AggregationParameters p, ulong[] residues, long chunk)
    {
        List<byte> packed = [];
        for (int polynomial = 0; polynomial < p.Primes.Length; polynomial++)
        {
            Modulus modulus = p.Ckks.Moduli[polynomial];
            byte[] bytes = new byte[WordKernel.PackedBytes(p.RingDegree, modulus.Bits)];
            WordKernel.Best.Pack(
                residues.AsSpan((int)((chunk * PerChunk(p)) + (polynomial * p.RingDegree)), p.RingDegree),
                modulus.Bits, bytes);
            packed.AddRange(bytes);
        }

        return [.. packed];
    }

    internal static LinearDigest Digest(AggregationParameters p, ulong[] residues, VectorWidth? width = null)
    {
        using LinearDigestBuilder builder = LinearDigestBuilder.OfContribution(Key, p, width);
        for (long chunk = 0; chunk < p.ChunkCount; chunk++)
        {
            builder.Append(chunk, Chunk(p, residues, chunk));
        }

        return builder.Complete();
    }

    internal static ReadOnlySpan<ulong> Words(AggregationParameters p, ulong[] sums, long chunk) =>
        sums.AsSpan((int)(chunk * PerChunk(p)), PerChunk(p));

    internal static LinearDigest DigestOfSum(AggregationParameters p, ulong[] sums, int clients,
        VectorWidth? width = null)
    {
        using LinearDigestBuilder builder = LinearDigestBuilder.OfSum(Key, p, clients, width);
        for (long chunk = 0; chunk < p.ChunkCount; chunk++)
        {
            builder.Append(chunk, Words(p, sums, chunk));
        }

        return builder.Complete();
    }
}
