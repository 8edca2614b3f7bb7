using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace SecureFL.Ring.Kernels;

/// <summary>
/// Packing of w-bit words and sampling from packed random words, at one vector width.
/// Layout of a group of 512 words: word 8r + c is row r of column c; each column is a little-endian bit stream of 64
/// rows, w 64-bit words long; word j of column c stands at 8j + c. Every width walks the columns side by side, so the
/// layout costs no shuffle at any width.
/// </summary>
internal abstract unsafe class WordKernel
{
    internal const int Columns = 8;
    internal const int GroupSize = 64 * Columns;

    /// <summary>The kernel for the widest vectors of this processor.</summary>
    internal static WordKernel Best { get; } = Create(VectorWidths.Best);

    internal static WordKernel Create(VectorWidth width) => width switch
    {
        VectorWidth.Bits512 => new WordKernel<Lanes512, Vector512<ulong>>(),
        VectorWidth.Bits256 => new WordKernel<Lanes256, Vector256<ulong>>(),
        VectorWidth.Bits128 => new WordKernel<Lanes128, Vector128<ulong>>(),
        _ => new WordKernel<Lanes1, ulong>(),
    };

    /// <summary>Bytes of <paramref name="count"/> packed words; the count is a multiple of 512.</summary>
    internal static int PackedBytes(int count, int width) =>
        checked(count / GroupSize * width * Columns * sizeof(ulong));

    /// <summary>Packs words below 2^width, width 1..63.</summary>
    internal void Pack(ReadOnlySpan<ulong> words, int width, Span<byte> packed)
    {
        Check(words.Length, width, packed.Length);
        fixed (ulong* from = words)
        fixed (byte* to = packed)
        {
            for (int group = 0; group < words.Length / GroupSize; group++)
            {
                PackGroup(from + (group * GroupSize), width, (ulong*)to + (group * width * Columns));
            }
        }
    }

    /// <summary>
    /// The inverse of <see cref="Pack"/>. Returns whether every word is below <paramref name="limit"/>, which is below
    /// 2^63: the vector compare is a signed one.
    /// </summary>
    internal bool Unpack(ReadOnlySpan<byte> packed, int width, ulong limit, Span<ulong> words)
    {
        Check(words.Length, width, packed.Length);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(limit, (ulong)long.MaxValue);
        bool below = true;
        fixed (byte* from = packed)
        fixed (ulong* to = words)
        {
            for (int group = 0; group < words.Length / GroupSize; group++)
            {
                below &= UnpackGroup((ulong*)from + (group * width * Columns), width, limit, to + (group * GroupSize));
            }
        }

        return below;
    }

    /// <summary>
    /// Number of ones minus half the width, of each packed word: centred binomial samples from packed random bits.
    /// </summary>
    internal void CountOnes(ReadOnlySpan<byte> packed, int width, Span<int> samples)
    {
        Check(samples.Length, width, packed.Length);
        fixed (byte* from = packed)
        fixed (int* to = samples)
        {
            for (int group = 0; group < samples.Length / GroupSize; group++)
            {
                CountOnesGroup((ulong*)from + (group * width * Columns), width, to + (group * GroupSize));
            }
        }
    }

    /// <summary>
    /// For each pair of random words (high, low): how many of the 126-bit table entries exceed the low 63 bits of both,
    /// negated where the top bit of high is set. Scans the whole table for every sample.
    /// </summary>
    internal abstract void ScanTable(ReadOnlySpan<ulong> high, ReadOnlySpan<ulong> low, ReadOnlySpan<ulong> table,
        Span<int> samples);

    private protected abstract void PackGroup(ulong* words, int width, ulong* packed);

    private protected abstract bool UnpackGroup(ulong* packed, int width, ulong limit, ulong* words);

    private protected abstract void CountOnesGroup(ulong* packed, int width, int* samples);

    private static void Check(int words, int width, int bytes)
    {
        if (words % GroupSize != 0 || width is < 1 or > 63 || bytes != PackedBytes(words, width))
        {
            throw new ArgumentException(
                $"{words} words of {width} bits (a multiple of {GroupSize}, 1 to 63 bits) do not fit {bytes} bytes "
                + $"exactly");
        }
    }
}

/// <summary>The one text of the word kernels, for every width.</summary>
internal sealed unsafe class WordKernel<TLanes, TWord> : WordKernel
    where TLanes : struct, IWordLanes<TWord>
    where TWord : struct
{
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    internal override void ScanTable(ReadOnlySpan<ulong> high, ReadOnlySpan<ulong> low, ReadOnlySpan<ulong> table,
        Span<int> samples)
    {
        if (high.Length != samples.Length || low.Length != samples.Length || samples.Length % Columns != 0
            || table.Length % 2 != 0)
        {
            throw new ArgumentException($"{high.Length} and {low.Length} random words for {samples.Length} samples");
        }

        fixed (ulong* highs = high, lows = low, entries = table)
        fixed (int* to = samples)
        {
            TWord mask = TLanes.BroadcastWord(ulong.MaxValue >> 1);
            for (int i = 0; i < samples.Length; i += TLanes.Count)
            {
                TWord word = TLanes.LoadWord(highs + i);
                TWord h = TLanes.And(word, mask);
                TWord l = TLanes.And(TLanes.LoadWord(lows + i), mask);
                TWord count = TLanes.BroadcastWord(0);
                for (int entry = 0; entry < table.Length; entry += 2)
                {
                    // The sign bit of a difference of 63-bit numbers is its borrow.
                    TWord borrow = TLanes.ShiftRight(
                        TLanes.SubtractWord(l, TLanes.BroadcastWord(entries[entry + 1])), 63);
                    TWord difference = TLanes.SubtractWord(
                        TLanes.SubtractWord(h, TLanes.BroadcastWord(entries[entry])), borrow);
                    count = TLanes.AddWord(count, TLanes.ShiftRight(difference, 63));
                }

                // count or, where the sign bit is set, count - 2 count.
                TWord sign = TLanes.SubtractWord(TLanes.BroadcastWord(0), TLanes.ShiftRight(word, 63));
                TLanes.StoreNarrow(TLanes.SubtractWord(count, TLanes.ShiftLeft(TLanes.And(count, sign), 1)), to + i);
            }
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    private protected override void PackGroup(ulong* words, int width, ulong* packed)
    {
        for (int column = 0; column < Columns; column += TLanes.Count)
        {
            ulong* from = words + column;
            ulong* to = packed + column;
            TWord pending = TLanes.BroadcastWord(0);
            int used = 0;
            for (int row = 0; row < 64; row++, from += Columns)
            {
                TWord word = TLanes.LoadWord(from);
                pending = TLanes.Or(pending, TLanes.ShiftLeft(word, used));
                used += width;
                if (used >= 64)
                {
                    TLanes.StoreWord(pending, to);
                    to += Columns;
                    used -= 64;
                    pending = TLanes.ShiftRight(word, width - used);
                }
            }
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    private protected override bool UnpackGroup(ulong* packed, int width, ulong limit, ulong* words)
    {
        TWord mask = TLanes.BroadcastWord((1UL << width) - 1);
        TWord bound = TLanes.BroadcastWord(limit);
        TWord bad = TLanes.BroadcastWord(0);
        for (int column = 0; column < Columns; column += TLanes.Count)
        {
            PackedColumn<TLanes, TWord> from = new(packed + column, width);
            ulong* to = words + column;
            for (int row = 0; row < 64; row++, to += Columns)
            {
                TWord word = TLanes.And(from.Next(row == 63), mask);
                bad = TLanes.Or(bad, TLanes.AtLeast(word, bound));
                TLanes.StoreWord(word, to);
            }
        }

        return TLanes.IsZero(bad);
    }

    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    private protected override void CountOnesGroup(ulong* packed, int width, int* samples)
    {
        TWord mask = TLanes.BroadcastWord((1UL << width) - 1);
        TWord half = TLanes.BroadcastWord((ulong)width / 2);
        for (int column = 0; column < Columns; column += TLanes.Count)
        {
            PackedColumn<TLanes, TWord> from = new(packed + column, width);
            int* to = samples + column;
            for (int row = 0; row < 64; row++, to += Columns)
            {
                TWord word = TLanes.And(from.Next(row == 63), mask);
                TLanes.StoreNarrow(TLanes.SubtractWord(TLanes.PopCount(word), half), to);
            }
        }
    }
}
