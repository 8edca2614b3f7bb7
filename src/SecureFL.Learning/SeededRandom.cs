using System.Buffers.Binary;
using System.Numerics;
using System.Security.Cryptography;
using System.Text;

namespace SecureFL.Learning;

/// <summary>
/// The reproducible generator behind a user's seed: xoshiro256** (Blackman and Vigna, 2021), one independent stream per
/// purpose. It governs data, initialisation, batches, client sampling and rounding. It is not cryptographic and never
/// touches a key. Not thread-safe.
/// </summary>
public sealed class SeededRandom
{
    private ulong _s0;
    private ulong _s1;
    private ulong _s2;
    private ulong _s3;

    private SeededRandom(ReadOnlySpan<byte> state)
    {
        _s0 = BinaryPrimitives.ReadUInt64LittleEndian(state);
        _s1 = BinaryPrimitives.ReadUInt64LittleEndian(state[8..]);
        _s2 = BinaryPrimitives.ReadUInt64LittleEndian(state[16..]);
        _s3 = BinaryPrimitives.ReadUInt64LittleEndian(state[24..]) | 1;
    }

    /// <summary>
    /// The stream of one purpose under one seed: its state is SHA-256(seed, purpose, indexes), so that no stream
    /// depends on how much another one was used. A resumed run therefore draws the same numbers as an uninterrupted
    /// one.
    /// </summary>
    public static SeededRandom For(ulong seed, string purpose, params ReadOnlySpan<long> indexes)
    {
        ArgumentNullException.ThrowIfNull(purpose);
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Span<byte> word = stackalloc byte[8];
        BinaryPrimitives.WriteUInt64LittleEndian(word, seed);
        hash.AppendData(word);
        byte[] name = System.Text.Encoding.UTF8.GetBytes(purpose);
        BinaryPrimitives.WriteInt64LittleEndian(word, name.Length);
        hash.AppendData(word);
        hash.AppendData(name);
        foreach (long index in indexes)
        {
            BinaryPrimitives.WriteInt64LittleEndian(word, index);
            hash.AppendData(word);
        }

        Span<byte> state = stackalloc byte[32];
        hash.GetHashAndReset(state);
        return new SeededRandom(state);
    }

    /// <summary>The next 64 bits.</summary>
    public ulong NextUInt64()
    {
        ulong result = BitOperations.RotateLeft(_s1 * 5, 7) * 9;
        ulong t = _s1 << 17;
        _s2 ^= _s0;
        _s3 ^= _s1;
        _s1 ^= _s2;
        _s0 ^= _s3;
        _s2 ^= t;
        _s3 = BitOperations.RotateLeft(_s3, 45);
        return result;
    }

    /// <summary>Uniform on [0, 1), 53 bits.</summary>
    public double NextDouble() => (NextUInt64() >> 11) * (1.0 / (1UL << 53));

    /// <summary>Uniform on 0 .. <paramref name="exclusiveUpperBound"/> - 1, without bias (Lemire 2019).</summary>
    public int NextInt32(int exclusiveUpperBound)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(exclusiveUpperBound);
        uint range = (uint)exclusiveUpperBound;
        ulong product = (NextUInt64() >> 32) * range;
        if ((uint)product < range)
        {
            uint threshold = (0u - range) % range;
            while ((uint)product < threshold)
            {
                product = (NextUInt64() >> 32) * range;
            }
        }

        return (int)(product >> 32);
    }

    /// <summary>
    /// Standard normal (Box and Muller; one value per pair of uniforms, so that the stream position is simple).
    /// </summary>
    public double NextGaussian()
    {
        double radius = Math.Sqrt(-2.0 * Math.Log(1.0 - NextDouble()));
        return radius * Math.Cos(2.0 * Math.PI * NextDouble());
    }

    /// <summary>
    /// Gamma(<paramref name="shape"/>, 1) by Marsaglia and Tsang (2000), with their boost for shapes below 1.
    /// </summary>
    public double NextGamma(double shape)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(shape);
        if (shape < 1)
        {
            return NextGamma(shape + 1) * Math.Pow(1.0 - NextDouble(), 1.0 / shape);
        }

        double d = shape - (1.0 / 3.0);
        double c = 1.0 / Math.Sqrt(9.0 * d);
        while (true)
        {
            double x = NextGaussian();
            double v = 1.0 + (c * x);
            if (v <= 0)
            {
                continue;
            }

            v = v * v * v;
            if (Math.Log(1.0 - NextDouble()) < (0.5 * x * x) + d - (d * v) + (d * Math.Log(v)))
            {
                return d * v;
            }
        }
    }

    /// <summary>
    /// A draw from the symmetric Dirichlet distribution with concentration <paramref name="alpha"/> over
    /// <paramref name="count"/> parts.
    /// </summary>
    public double[] NextDirichlet(double alpha, int count)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(count);
        double[] parts = new double[count];
        double total = 0;
        for (int i = 0; i < count; i++)
        {
            parts[i] = NextGamma(alpha);
            total += parts[i];
        }

        // Very small alpha can underflow every gamma to zero; the limit of the distribution is then a single part.
        if (total <= 0)
        {
            parts[NextInt32(count)] = total = 1;
        }

        for (int i = 0; i < count; i++)
        {
            parts[i] /= total;
        }

        return parts;
    }

    /// <summary>Permutes <paramref name="values"/> uniformly (Fisher and Yates).</summary>
    public void Shuffle<T>(Span<T> values)
    {
        for (int i = values.Length - 1; i > 0; i--)
        {
            int j = NextInt32(i + 1);
            (values[i], values[j]) = (values[j], values[i]);
        }
    }

    /// <summary>The numbers 0 .. <paramref name="count"/> - 1 in random order.</summary>
    public int[] Permutation(int count)
    {
        int[] order = [.. Enumerable.Range(0, count)];
        Shuffle<int>(order);
        return order;
    }
}
