using SecureFL.Ring.Arithmetic;
using SecureFL.Ring.Memory;

namespace SecureFL.Ring.Kernels;

/// <summary>
/// Roots of unity of one prime and degree as centred doubles. <c>Roots[i]</c> is psi^bitrev(i): node i of the tree of
/// butterflies, whose children are 2i and 2i+1. <c>Tail</c> holds the roots of the last three levels for each group of
/// 64 values, seven vectors of eight.
/// </summary>
internal sealed class FmaTables
{
    internal const int GroupSize = 64;
    internal const int TailRootsPerGroup = 56;

    internal FmaTables(int degree, Modulus modulus)
    {
        ulong psi = modulus.MinimalPrimitiveRoot(degree);
        ulong[] forward = BitReversedPowers(degree, modulus, psi);
        ulong[] inverse = BitReversedPowers(degree, modulus, modulus.Inverse(psi));
        Roots = Centre(forward, modulus);
        InverseRoots = Centre(inverse, modulus);
        Tail = GatherTail(Roots.Span, degree);
        InverseTail = GatherTail(InverseRoots.Span, degree);
    }

    internal AlignedBuffer<double> Roots { get; }

    internal AlignedBuffer<double> InverseRoots { get; }

    internal AlignedBuffer<double> Tail { get; }

    internal AlignedBuffer<double> InverseTail { get; }

    internal static ulong[] BitReversedPowers(int degree, Modulus modulus, ulong root)
    {
        int bits = System.Numerics.BitOperations.Log2((uint)degree);
        ulong[] powers = new ulong[degree];
        ulong power = 1;
        for (int i = 0; i < degree; i++)
        {
            powers[EvaluationOrder.ReverseBits(i, bits)] = power;
            power = modulus.Multiply(power, root);
        }

        return powers;
    }

    private static AlignedBuffer<double> Centre(ulong[] residues, Modulus modulus)
    {
        AlignedBuffer<double> centred = new(residues.Length);
        for (int i = 0; i < residues.Length; i++)
        {
            centred.Span[i] = modulus.Centre(residues[i]);
        }

        return centred;
    }

    /// <summary>
    /// Row r of a group is its r-th run of eight values; the seven vectors are the roots of one, two and four
    /// butterflies a row.
    /// </summary>
    internal static AlignedBuffer<T> GatherTail<T>(ReadOnlySpan<T> roots, int degree)
        where T : unmanaged
    {
        AlignedBuffer<T> buffer = new(degree / GroupSize * TailRootsPerGroup);
        Span<T> tail = buffer.Span;
        for (int group = 0; group < degree / GroupSize; group++)
        {
            for (int row = 0; row < 8; row++)
            {
                int block = (8 * group) + row;
                int at = (group * TailRootsPerGroup) + row;
                tail[at] = roots[(degree / 8) + block];
                for (int i = 0; i < 2; i++)
                {
                    tail[at + (8 * (1 + i))] = roots[(degree / 4) + (2 * block) + i];
                }

                for (int i = 0; i < 4; i++)
                {
                    tail[at + (8 * (3 + i))] = roots[(degree / 2) + (4 * block) + i];
                }
            }
        }

        return buffer;
    }
}
