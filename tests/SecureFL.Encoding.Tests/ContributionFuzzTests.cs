using System.Buffers.Binary;
using SecureFL.Encoding.Contributions;

namespace SecureFL.Encoding.Tests;

/// <summary>
/// A million mutated contributions from fixed seeds, read in pieces of random size. Each is accepted or refused exactly as a slow reading of the format says, with the
/// field that it names, and the sums stay those of the chunks that were accepted; any other exception fails the test.
/// </summary>
[Trait("Category", "Slow")]
public sealed class ContributionFuzzTests
{
    private const int Inputs = 1_000_000;
    private const int Workers = 8;

    private static readonly byte[][] Valid = [.. Enumerable.Range(1, 4).Select(ContributionSamples.Encode)];
    private static readonly ulong[] Interesting = [0, 1, 2, 3, 0x7F, 0xFF, 0x100, 0x7FFF_FFFF, 0x8000_0000, 0xFFFF_FFFF, 1UL << 32, long.MaxValue, 1UL << 63, ulong.MaxValue];

    [Fact]
    public void EveryInputIsAcceptedOrRefusedAsTheFormatSays()
    {
        Dictionary<string, int>[] seen = [.. Enumerable.Range(0, Workers).Select(_ => new Dictionary<string, int>())];
        Parallel.For(0, Workers, new ParallelOptions { MaxDegreeOfParallelism = Environment.ProcessorCount }, worker => Run(worker, Inputs / Workers, seen[worker]));
        Dictionary<string, int> all = seen.SelectMany(d => d).GroupBy(p => p.Key).ToDictionary(g => g.Key, g => g.Sum(p => p.Value));
        string table = string.Join(", ", all.OrderByDescending(p => p.Value).Select(p => $"{p.Key}: {p.Value}"));
        TestContext.Current.TestOutputHelper?.WriteLine(table);

        // The mutations reach every refusal, and accepted inputs are no rarity.
        Assert.Equal(Inputs, all.Values.Sum());
        foreach (string outcome in new[] { "magic", "format version", "flags", "parameter digest", "chunk bytes", "chunk count", "chunk index", "chunk length", "residue", "contribution length" })
        {
            Assert.True(all.GetValueOrDefault(outcome) > 1000, table);
        }

        Assert.True(all["accepted"] > Inputs / 20, table);
    }

    private static void Run(int worker, int inputs, Dictionary<string, int> seen)
    {
        Random random = new(worker);
        using ContributionAccumulator accumulator = new(ContributionSamples.Parameters);
        int degree = ContributionSamples.Parameters.RingDegree;
        ulong[] primes = [.. ContributionSamples.Parameters.Primes];
        ulong[][] expected = [.. Enumerable.Range(0, (int)ContributionSamples.Parameters.ChunkCount).Select(_ => new ulong[primes.Length * degree])];
        List<ulong[]> chunks = [];
        for (int i = 0; i < inputs; i++)
        {
            byte[] input = Mutate(random);
            string outcome = ContributionSamples.ReadInPieces(input, random, accumulator) ?? "accepted";
            string truth = ContributionSamples.Judge(input, chunks) ?? "accepted";
            if (outcome != truth)
            {
                Assert.Fail($"worker {worker}, input {i}: {outcome}, but {truth}: {Convert.ToHexString(input)}");
            }

            for (int chunk = 0; chunk < expected.Length; chunk++)
            {
                ReadOnlySpan<ulong> sums = accumulator.Sums(chunk);
                for (int k = 0; k < sums.Length; k++)
                {
                    ulong p = primes[k / degree];
                    expected[chunk][k] = (expected[chunk][k] + (chunk < chunks.Count ? chunks[chunk][k] : 0)) % p;
                    if (sums[k] % p != expected[chunk][k])
                    {
                        Assert.Fail($"worker {worker}, input {i}: the sum of chunk {chunk} is not that of what was accepted: {Convert.ToHexString(input)}");
                    }
                }
            }

            seen[outcome] = seen.GetValueOrDefault(outcome) + 1;
        }
    }

    private static byte[] Mutate(Random random)
    {
        byte[] input = [.. Valid[random.Next(Valid.Length)]];
        for (int rounds = random.Next(12) == 0 ? 1 + random.Next(4) : 1; rounds > 0; rounds--)
        {
            input = MutateOnce(input, random);
        }

        return input;
    }

    private static byte[] MutateOnce(byte[] input, Random random)
    {
        if (input.Length == 0)
        {
            return input;
        }

        int frame = 12 + ContributionSamples.Parameters.ChunkBytes;
        switch (random.Next(12))
        {
            case 0:
                for (int flips = 1 + random.Next(8); flips > 0; flips--)
                {
                    int bit = random.Next(8 * input.Length);
                    input[bit / 8] ^= (byte)(1 << (bit % 8));
                }

                return input;
            case 1:
                return input[..random.Next(input.Length)];
            case 2:
                byte[] more = new byte[random.Next(1, 100)];
                random.NextBytes(more);
                return [.. input, .. more];
            case 3:
                // A splice of two contributions, at the same place or at different ones.
                byte[] other = Valid[random.Next(Valid.Length)];
                int cut = random.Next(input.Length);
                int from = random.Next(2) == 0 ? Math.Min(cut, other.Length) : random.Next(other.Length);
                return [.. input.AsSpan(0, cut), .. other.AsSpan(from)];
            case 4:
                (int at, int size) = random.Next(7) switch { 0 => (8, 2), 1 => (10, 2), 2 => (12, 4), 3 => (16, 8), 4 => (56 + (random.Next(2) * frame), 8), _ => (64 + (random.Next(2) * frame), 4) };
                return Write(input, at, size, random.Next(2) == 0 ? Interesting[random.Next(Interesting.Length)] : (ulong)random.NextInt64());
            case 5:
                return FlipOne(input, random.Next(56));
            case 6:
                return FlipOne(input, 56 + random.Next(12) + (random.Next(2) * frame));
            case 7:
                // Frames again, missing or in another order.
                byte[] first = input.AsSpan(Math.Min(56, input.Length)).ToArray()[..Math.Min(frame, Math.Max(0, input.Length - 56))];
                byte[] rest = input.AsSpan(Math.Min(56 + frame, input.Length)).ToArray();
                byte[] header = input[..Math.Min(56, input.Length)];
                return random.Next(4) switch { 0 => [.. header, .. first, .. first], 1 => [.. header, .. rest, .. first], 2 => [.. header, .. rest], _ => [.. header, .. first, .. rest, .. rest] };
            case 8:
                int start = random.Next(input.Length);
                input.AsSpan(start, random.Next(Math.Min(64, input.Length - start) + 1)).Fill(random.Next(2) == 0 ? (byte)0xFF : (byte)random.Next(256));
                return input;
            case 9:
                // Low bits of residues: mostly still below the prime, so that accepted inputs differ from the valid ones.
                int word = 68 + (8 * random.Next(8)) + (random.Next(2) * frame);
                return word < input.Length ? FlipOne(input, word) : input;
            case 10:
                int removed = random.Next(input.Length);
                return [.. input.AsSpan(0, removed), .. input.AsSpan(Math.Min(input.Length, removed + 1 + random.Next(40)))];
            default:
                return input;
        }

        byte[] FlipOne(byte[] bytes, int at)
        {
            if (at < bytes.Length)
            {
                bytes[at] ^= (byte)(1 << random.Next(8));
            }

            return bytes;
        }
    }

    private static byte[] Write(byte[] bytes, int at, int size, ulong value)
    {
        byte[] word = new byte[8];
        BinaryPrimitives.WriteUInt64LittleEndian(word, value);
        for (int i = 0; i < size && at + i < bytes.Length; i++)
        {
            bytes[at + i] = word[i];
        }

        return bytes;
    }
}
