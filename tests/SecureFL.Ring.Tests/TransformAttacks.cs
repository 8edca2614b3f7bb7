using System.Numerics;
using SecureFL.Ring.Arithmetic;
using SecureFL.Ring.Kernels;

namespace SecureFL.Ring.Tests;

/// <summary>
/// Inputs that stretch the lazy bounds of the transforms: extreme at the start, at the end, at every level in between,
/// and along one path through all levels.
/// </summary>
internal static class TransformAttacks
{
    /// <summary>
    /// Canonical inputs whose values after some level of the transform are all extreme: the levels of the textbook
    /// network, undone from that level.
    /// </summary>
    internal static IEnumerable<ulong[]> All(int degree, Modulus modulus)
    {
        foreach (int leaf in new[] { 0, degree - 1, degree / 3 })
        {
            yield return Path(degree, modulus, leaf);
        }

        ulong psi = modulus.MinimalPrimitiveRoot(degree);
        ulong[] roots = FmaTables.BitReversedPowers(degree, modulus, psi);
        ulong[] inverses = FmaTables.BitReversedPowers(degree, modulus, modulus.Inverse(psi));
        int levels = BitOperations.Log2((uint)degree);
        ulong half = modulus.Inverse(2);
        int last = degree > 8192 ? 0 : levels;
        for (int level = 0; level <= last; level++)
        {
            foreach (ulong[] state in Extremes(degree, modulus, level))
            {
                Undo(state, inverses, level, modulus, half);
                yield return state;
            }
        }

        // And states that the inverse network passes through: extreme after undoing some levels, that is the forward
        // image of an extreme state.
        for (int level = 0; level < last; level++)
        {
            foreach (ulong[] state in Extremes(degree, modulus, level))
            {
                Redo(state, roots, level, modulus);
                for (int i = 0; i < degree; i++)
                {
                    int j = EvaluationOrder.Transpose(i);
                    if (i < j)
                    {
                        (state[i], state[j]) = (state[j], state[i]);
                    }
                }

                yield return state;
            }
        }
    }

    private static IEnumerable<ulong[]> Extremes(int degree, Modulus modulus, int seed)
    {
        ulong top = modulus.Value - 1;
        ulong half = modulus.Value / 2;
        yield return Fill(degree, _ => top);
        yield return Fill(degree, i => i % 2 == 0 ? half : half + 1);
        yield return Fill(degree, i => ((i >> (seed % 10)) & 1) == 0 ? half : half + 1);
        Random random = new(seed);
        yield return Fill(degree, _ => random.Next(2) == 0 ? half : half + 1);
    }

    /// <summary>
    /// Canonical inputs for which one path of values through the forward transform grows at every level: it starts at p
    /// - 1, and the product that joins it is 0.42 p at each level, with the sign that the path takes it with. (Beyond
    /// 0.42 p the lazy product could come out as the other neighbour of the tie.)
    /// </summary>
    internal static ulong[] Path(int degree, Modulus modulus, int leaf)
    {
        ulong[] inverses = FmaTables.BitReversedPowers(degree, modulus,
            modulus.Inverse(modulus.MinimalPrimitiveRoot(degree)));
        int levels = BitOperations.Log2((uint)degree);
        ulong half = modulus.Inverse(2);
        ulong join = modulus.Value / 100 * 42;
        Random random = new(leaf);
        ulong[] x = Fill(degree, _ => (ulong)random.NextInt64((long)modulus.Value));
        for (int level = levels - 1; level >= 0; level--)
        {
            int stride = degree >> (level + 1);
            int start = leaf & ~((2 * stride) - 1);
            bool lower = (leaf & stride) == 0;
            ulong before = modulus.Value - 1;
            for (int i = 0; i < level; i++)
            {
                before = modulus.Add(before, join);
            }

            // The path's value is x[start]; its two images stand at start and start + stride, and the path goes on with
            // the larger.
            x[start + (lower ? 0 : stride)] = modulus.Add(before, join);
            x[start + (lower ? stride : 0)] = modulus.Subtract(before, join);
            UndoLevel(x, inverses, level, modulus, half);
        }

        return x;
    }

    private static void Undo(ulong[] x, ulong[] inverses, int levels, Modulus modulus, ulong half)
    {
        for (int level = levels - 1; level >= 0; level--)
        {
            UndoLevel(x, inverses, level, modulus, half);
        }
    }

    private static void UndoLevel(ulong[] x, ulong[] inverses, int level, Modulus modulus, ulong half)
    {
        int blocks = 1 << level;
        int stride = x.Length / (2 * blocks);
        for (int block = 0; block < blocks; block++)
        {
            for (int i = 2 * block * stride; i < ((2 * block) + 1) * stride; i++)
            {
                ulong sum = modulus.Multiply(modulus.Add(x[i], x[i + stride]), half);
                ulong difference = modulus.Multiply(modulus.Subtract(x[i], x[i + stride]), half);
                x[i] = sum;
                x[i + stride] = modulus.Multiply(difference, inverses[blocks + block]);
            }
        }
    }

    private static void Redo(ulong[] x, ulong[] roots, int first, Modulus modulus)
    {
        for (int blocks = 1 << first; blocks < x.Length; blocks *= 2)
        {
            int stride = x.Length / (2 * blocks);
            for (int block = 0; block < blocks; block++)
            {
                for (int i = 2 * block * stride; i < ((2 * block) + 1) * stride; i++)
                {
                    ulong b = modulus.Multiply(x[i + stride], roots[blocks + block]);
                    (x[i], x[i + stride]) = (modulus.Add(x[i], b), modulus.Subtract(x[i], b));
                }
            }
        }
    }

    /// <summary>Patterns of <see cref="Signed"/>.</summary>
    internal const int SignPatterns = 22;

    /// <summary>
    /// +-magnitude: one sign, the sign that alternates with each bit of the position (so that every butterfly of one
    /// level adds, or subtracts, to the most), random ones.
    /// </summary>
    internal static double[] Signed(int degree, int pattern, double magnitude)
    {
        Random random = new(pattern);
        return pattern switch
        {
            0 => Fill(degree, _ => magnitude),
            1 => Fill(degree, _ => -magnitude),
            2 => Fill(degree, i => (BitOperations.PopCount((uint)i) & 1) == 0 ? magnitude : -magnitude),
            < 18 => Fill(degree, i => ((i >> (pattern - 3)) & 1) == 0 ? magnitude : -magnitude),
            _ => Fill(degree, _ => random.Next(2) == 0 ? magnitude : -magnitude),
        };
    }

    internal static ulong SmallestPrimeAbove(ulong bound, int degree)
    {
        ulong step = 2 * (ulong)degree;
        ulong candidate = (bound / step * step) + 1;
        while (candidate <= bound || !Primality.IsPrime(candidate))
        {
            candidate += step;
        }

        return candidate;
    }

    internal static T[] Fill<T>(int degree, Func<int, T> value) => [.. Enumerable.Range(0, degree).Select(value)];
}
