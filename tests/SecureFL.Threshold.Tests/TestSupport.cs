using System.Security.Cryptography;
using SecureFL.Ring.Randomness;
using SecureFL.Threshold.Elements;
using SecureFL.Threshold.Fields;

namespace SecureFL.Threshold.Tests;

/// <summary>
/// Deterministic bytes for tests: each call is an AES-256-CTR stream under a hash of the seed and the call's number.
/// </summary>
internal sealed class SeededEntropy(int seed) : IEntropySource
{
    private int _calls;

    public void Fill(Span<byte> destination)
    {
        using Keystream stream =
            new(SHA256.HashData([.. BitConverter.GetBytes(seed), .. BitConverter.GetBytes(_calls++)]));
        stream.Fill(destination);
    }
}

/// <summary>Inputs of the tests, from fixed seeds.</summary>
internal static class TestData
{
    public static readonly (int Threshold, int Holders)[] Schemes = [(2, 2), (2, 3), (3, 5), (5, 7), (6, 10), (11, 21)];

    public static TheoryData<int, int> SchemeData()
    {
        TheoryData<int, int> data = [];
        foreach ((int threshold, int holders) in Schemes)
        {
            data.Add(threshold, holders);
        }

        return data;
    }

    public static uint[] Elements(int count, int seed)
    {
        Random random = new(seed);
        uint[] elements = new uint[count];
        for (int i = 0; i < count; i++)
        {
            elements[i] = (uint)random.NextInt64(MersenneField.Modulus);
        }

        return elements;
    }

    public static int[] SmallSecret(int count, int seed)
    {
        Random random = new(seed);
        int[] secret = new int[count];
        for (int i = 0; i < count; i++)
        {
            secret[i] = random.Next(-80, 81);
        }

        return secret;
    }

    public static byte[] Challenge(int seed) => SHA256.HashData(BitConverter.GetBytes(seed));

    /// <summary>Every subset of 0..count-1 with the given size.</summary>
    public static IEnumerable<int[]> Subsets(int count, int size)
    {
        int[] chosen = [.. Enumerable.Range(0, size)];
        while (true)
        {
            yield return (int[])chosen.Clone();
            int i = size - 1;
            while (i >= 0 && chosen[i] == count - size + i)
            {
                i--;
            }

            if (i < 0)
            {
                yield break;
            }

            chosen[i]++;
            for (int j = i + 1; j < size; j++)
            {
                chosen[j] = chosen[j - 1] + 1;
            }
        }
    }
}

/// <summary>A field small enough to enumerate; the same sharing code runs over it.</summary>
internal readonly struct Field5 : IPrimeField
{
    public static uint Modulus => 5;

    public static uint Reduce(ulong v) => (uint)(v % 5);

    public static void MultiplyAdd(ReadOnlySpan<uint> values, uint factor, ReadOnlySpan<uint> addends,
        Span<uint> destination) =>
        SmallField.MultiplyAdd(5, values, factor, addends, destination);

    public static uint DotProduct(ReadOnlySpan<uint> a, ReadOnlySpan<uint> b) => SmallField.DotProduct(5, a, b);
}

/// <summary>As <see cref="Field5"/>, with room for six points.</summary>
internal readonly struct Field7 : IPrimeField
{
    public static uint Modulus => 7;

    public static uint Reduce(ulong v) => (uint)(v % 7);

    public static void MultiplyAdd(ReadOnlySpan<uint> values, uint factor, ReadOnlySpan<uint> addends,
        Span<uint> destination) =>
        SmallField.MultiplyAdd(7, values, factor, addends, destination);

    public static uint DotProduct(ReadOnlySpan<uint> a, ReadOnlySpan<uint> b) => SmallField.DotProduct(7, a, b);
}

internal static class SmallField
{
    public static void MultiplyAdd(uint p, ReadOnlySpan<uint> values, uint factor, ReadOnlySpan<uint> addends,
        Span<uint> destination)
    {
        for (int i = 0; i < values.Length; i++)
        {
            destination[i] = ((values[i] * factor) + addends[i]) % p;
        }
    }

    public static uint DotProduct(uint p, ReadOnlySpan<uint> a, ReadOnlySpan<uint> b)
    {
        uint sum = 0;
        for (int i = 0; i < a.Length; i++)
        {
            sum = (sum + (a[i] * b[i])) % p;
        }

        return sum;
    }
}
