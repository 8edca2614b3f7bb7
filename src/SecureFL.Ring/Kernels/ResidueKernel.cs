using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using SecureFL.Ring.Arithmetic;

namespace SecureFL.Ring.Kernels;

/// <summary>
/// Passes over the residues of one prime below 2^60, in any order of the values, at one vector width. Lengths are
/// multiples of 8. Thread-safe.
/// </summary>
internal abstract unsafe class ResidueKernel
{
    /// <summary>2^62: what <see cref="AddReduced"/> takes stays below it in absolute value.</summary>
    internal const long MaxMagnitude = 1L << 62;

    private protected ResidueKernel(Modulus modulus)
    {
        if (modulus.Bits > RingKernel.MaxSplitBits)
        {
            throw new ArgumentException(
                $"the split kernel takes primes of at most {RingKernel.MaxSplitBits} bits, not {modulus.Bits}",
                nameof(modulus));
        }

        Modulus = modulus;
    }

    internal Modulus Modulus { get; }

    internal static ResidueKernel Create(Modulus modulus, VectorWidth? width = null) =>
        (width ?? VectorWidths.Best) switch
        {
            VectorWidth.Bits512 => new ResidueKernel<Lanes512, Vector512<ulong>>(modulus),
            VectorWidth.Bits256 => new ResidueKernel<Lanes256, Vector256<ulong>>(modulus),
            VectorWidth.Bits128 => new ResidueKernel<Lanes128, Vector128<ulong>>(modulus),
            _ => new ResidueKernel<Lanes1, ulong>(modulus),
        };

    /// <summary>Whether every word is below the prime.</summary>
    internal abstract bool AreCanonical(ReadOnlySpan<ulong> words);

    /// <summary>sum += addend, both canonical.</summary>
    internal abstract void Add(ReadOnlySpan<ulong> addend, Span<ulong> sum);

    /// <summary>
    /// sum += addend for canonical residues and small integers, |e| &lt; 2^12 and not above the prime.
    /// </summary>
    internal abstract void AddSmall(ReadOnlySpan<int> addend, Span<ulong> sum);

    /// <summary>sum += addend for canonical residues and integers of absolute value below 2^62.</summary>
    internal abstract void AddReduced(ReadOnlySpan<long> addend, Span<ulong> sum);

    /// <summary>-x, canonical.</summary>
    internal abstract void Negate(Span<ulong> words);

    /// <summary>
    /// result = (e + half - ((c + half) mod s)) / s mod p, where half = floor(s/2): the coefficients of e - c' divided
    /// by the prime s, c' being the centred representative of c mod s. Added to x/s for x with x mod s = c - e it is x
    /// divided by s and rounded.
    /// </summary>
    internal abstract void DivideRound(ReadOnlySpan<ulong> c, ReadOnlySpan<int> e, Modulus s, Span<ulong> result);

    /// <summary>
    /// digits = (x - d) * w mod p in (-p/2, p/2), for integers x and d that are residues or below 2^59 in absolute
    /// value, and a residue w: one step of Garner's recombination.
    /// </summary>
    internal abstract void SubtractMultiply(ReadOnlySpan<ulong> x, ReadOnlySpan<long> d, ulong w, Span<long> digits);

    private protected static void Check(int length, int other)
    {
        if (length != other || length % WordKernel.Columns != 0)
        {
            throw new ArgumentException(
                $"{length} and {other} words: lengths are equal multiples of {WordKernel.Columns}");
        }
    }

    /// <summary>The least multiple of p that is at least x.</summary>
    private protected ulong MultipleAtLeast(ulong x) => (x + Modulus.Value - 1) / Modulus.Value * Modulus.Value;
}

/// <summary>The one text of the residue kernels, for every width.</summary>
internal sealed unsafe class ResidueKernel<TLanes, TWord>(Modulus modulus) : ResidueKernel(modulus)
    where TLanes : struct, IWordLanes<TWord>
    where TWord : struct
{
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    internal override bool AreCanonical(ReadOnlySpan<ulong> words)
    {
        Check(words.Length, words.Length);
        TWord p = TLanes.BroadcastWord(Modulus.Value);
        TWord bad = TLanes.BroadcastWord(0);
        fixed (ulong* x = words)
        {
            for (int i = 0; i < words.Length; i += TLanes.Count)
            {
                // The sign bit of x - p, and of x itself, is 1 and 0 for a residue; anything else leaves a top bit
                // behind.
                TWord word = TLanes.LoadWord(x + i);
                TWord below = TLanes.ShiftRight(TLanes.SubtractWord(word, p), 63);
                bad =
                    TLanes.Or(bad,
                        TLanes.Or(TLanes.ShiftRight(word, 63), TLanes.SubtractWord(TLanes.BroadcastWord(1), below)));
            }
        }

        return TLanes.IsZero(bad);
    }

    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    internal override void Add(ReadOnlySpan<ulong> addend, Span<ulong> sum)
    {
        Check(addend.Length, sum.Length);
        TWord p = TLanes.BroadcastWord(Modulus.Value);
        fixed (ulong* from = addend, to = sum)
        {
            for (int i = 0; i < sum.Length; i += TLanes.Count)
            {
                TLanes.StoreWord(TLanes.SubtractIfAtLeast(
                    TLanes.AddWord(TLanes.LoadWord(to + i), TLanes.LoadWord(from + i)), p), to + i);
            }
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    internal override void AddSmall(ReadOnlySpan<int> addend, Span<ulong> sum)
    {
        Check(addend.Length, sum.Length);
        TWord p = TLanes.BroadcastWord(Modulus.Value);
        fixed (int* from = addend)
        fixed (ulong* to = sum)
        {
            for (int i = 0; i < sum.Length; i += TLanes.Count)
            {
                TWord x = TLanes.AddWord(TLanes.LoadWord(to + i), TLanes.AddWord(p, TLanes.LoadSigned(from + i)));
                TLanes.StoreWord(SplitArithmetic<TLanes, TWord>.Canonical4(x, p), to + i);
            }
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    internal override void AddReduced(ReadOnlySpan<long> addend, Span<ulong> sum)
    {
        Check(addend.Length, sum.Length);
        TWord p = TLanes.BroadcastWord(Modulus.Value);
        TWord positive = TLanes.BroadcastWord(MultipleAtLeast(MaxMagnitude));
        Factor one = new(1, Modulus);
        fixed (long* from = addend)
        fixed (ulong* to = sum)
        {
            for (int i = 0; i < sum.Length; i += TLanes.Count)
            {
                TWord x = one.Multiply(TLanes.AddWord(TLanes.LoadWord((ulong*)from + i), positive), p);
                TLanes.StoreWord(
                    SplitArithmetic<TLanes, TWord>.Canonical8(TLanes.AddWord(x, TLanes.LoadWord(to + i)), p), to + i);
            }
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    internal override void Negate(Span<ulong> words)
    {
        Check(words.Length, words.Length);
        TWord p = TLanes.BroadcastWord(Modulus.Value);
        fixed (ulong* x = words)
        {
            for (int i = 0; i < words.Length; i += TLanes.Count)
            {
                TLanes.StoreWord(TLanes.SubtractIfAtLeast(TLanes.SubtractWord(p, TLanes.LoadWord(x + i)), p), x + i);
            }
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    internal override void DivideRound(ReadOnlySpan<ulong> c, ReadOnlySpan<int> e, Modulus s, Span<ulong> result)
    {
        Check(c.Length, result.Length);
        Check(e.Length, result.Length);
        ulong half = s.Value >> 1;
        TWord p = TLanes.BroadcastWord(Modulus.Value);
        TWord divisor = TLanes.BroadcastWord(s.Value);
        TWord halves = TLanes.BroadcastWord(half);
        // A multiple of p that keeps the numerator positive: below 2^62 in all.
        TWord positive = TLanes.BroadcastWord(half + MultipleAtLeast(s.Value));
        Factor inverse = new(Modulus.Inverse(s.Value % Modulus.Value), Modulus);
        fixed (ulong* from = c, to = result)
        fixed (int* small = e)
        {
            for (int i = 0; i < result.Length; i += TLanes.Count)
            {
                TWord shifted = TLanes.SubtractIfAtLeast(TLanes.AddWord(TLanes.LoadWord(from + i), halves), divisor);
                TWord numerator = TLanes.SubtractWord(TLanes.AddWord(TLanes.LoadSigned(small + i), positive), shifted);
                TLanes.StoreWord(SplitArithmetic<TLanes, TWord>.Canonical4(inverse.Multiply(numerator, p), p), to + i);
            }
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    internal override void SubtractMultiply(ReadOnlySpan<ulong> x, ReadOnlySpan<long> d, ulong w, Span<long> digits)
    {
        Check(x.Length, digits.Length);
        Check(d.Length, digits.Length);
        TWord p = TLanes.BroadcastWord(Modulus.Value);
        TWord positive = TLanes.BroadcastWord(MultipleAtLeast(1UL << 60));
        TWord half = TLanes.BroadcastWord(Modulus.Value >> 1);
        Factor factor = new(w, Modulus);
        fixed (ulong* from = x)
        fixed (long* subtrahend = d, to = digits)
        {
            for (int i = 0; i < digits.Length; i += TLanes.Count)
            {
                TWord difference = TLanes.AddWord(TLanes.LoadWord(from + i),
                    TLanes.SubtractWord(positive, TLanes.LoadWord((ulong*)subtrahend + i)));
                TWord residue = SplitArithmetic<TLanes, TWord>.Canonical4(factor.Multiply(difference, p), p);
                // Adding (p-1)/2, reducing and taking it away again centres a residue.
                TWord centred = TLanes.SubtractWord(TLanes.SubtractIfAtLeast(TLanes.AddWord(residue, half), p), half);
                TLanes.StoreWord(centred, (ulong*)to + i);
            }
        }
    }

    /// <summary>A constant factor with its quotient (Shoup).</summary>
    private readonly struct Factor
    {
        private readonly TWord _w;
        private readonly TWord _quotient;
        private readonly TWord _top;

        internal Factor(ulong w, Modulus modulus)
        {
            ulong quotient = SplitTables.Quotient(w, modulus);
            _w = TLanes.BroadcastWord(w);
            _quotient = TLanes.BroadcastWord(quotient);
            _top = TLanes.BroadcastWord(quotient >> 32);
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        internal TWord Multiply(TWord x, TWord p) => SplitArithmetic<TLanes, TWord>.Multiply(x, _w, _quotient, _top, p);
    }
}
