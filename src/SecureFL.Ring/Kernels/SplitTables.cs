using SecureFL.Ring.Arithmetic;
using SecureFL.Ring.Memory;

namespace SecureFL.Ring.Kernels;

/// <summary>
/// Roots of unity w of one prime as words, each with its quotient floor(w 2^64 / p) (Shoup); arranged as in
/// <see cref="FmaTables"/>.
/// </summary>
internal sealed class SplitTables
{
    internal SplitTables(int degree, Modulus modulus, ulong psi)
    {
        ulong[] roots = FmaTables.BitReversedPowers(degree, modulus, psi);
        ulong[] quotients = Array.ConvertAll(roots, w => Quotient(w, modulus));
        Roots = Align(roots);
        Quotients = Align(quotients);
        Tail = FmaTables.GatherTail<ulong>(roots, degree);
        TailQuotients = FmaTables.GatherTail<ulong>(quotients, degree);
    }

    internal AlignedBuffer<ulong> Roots { get; }

    internal AlignedBuffer<ulong> Quotients { get; }

    internal AlignedBuffer<ulong> Tail { get; }

    internal AlignedBuffer<ulong> TailQuotients { get; }

    internal static ulong Quotient(ulong w, Modulus modulus) => (ulong)(((UInt128)w << 64) / modulus.Value);

    private static AlignedBuffer<ulong> Align(ulong[] words)
    {
        AlignedBuffer<ulong> aligned = new(words.Length);
        words.CopyTo(aligned.Span);
        return aligned;
    }
}
