using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;

namespace SecureFL.Ring.Kernels;

/// <summary>
/// Asks for what is needed soon: tables and keys of several primes do not fit the second-level cache together, and the
/// processor's own look-ahead stops at every page of 4 KB. A hint: addresses beyond the end of an array are allowed,
/// nothing is read from them.
/// </summary>
internal static unsafe class Lookahead
{
    /// <summary>Groups of 64 values between what is worked on and what is asked for: a page.</summary>
    internal const int Groups = 8;

    private const int WordsPerLine = 8;

    /// <summary>Asks for that many words of 8 bytes.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static void Fetch(void* from, int words)
    {
        if (Sse.IsSupported)
        {
            for (int i = 0; i < words; i += WordsPerLine)
            {
                Sse.Prefetch0((ulong*)from + i);
            }
        }
    }
}
