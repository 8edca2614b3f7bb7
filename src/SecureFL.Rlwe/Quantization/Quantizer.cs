using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace SecureFL.Rlwe.Quantization;

/// <summary>
/// Symmetric b-bit quantisation: t = x * (2^(b-1) - 1) / clip in single precision, held to [-(2^(b-1) - 1), 2^(b-1) -
/// 1], then rounded. The same bits at every vector width. Branches do not depend on the values. Not thread-safe (it
/// counts and draws).
/// </summary>
public sealed partial class Quantizer
{
    private const uint InfinityBits = 0x7F800000;
    private const float TwoToMinus24 = 1f / (1 << 24);

    private readonly int _bits;
    private readonly float _scale;
    private readonly float _limit;
    private readonly float _clip;
    private readonly Rounding _rounding;
    private readonly ulong _seed;
    private readonly bool _wide;
    private readonly RoundingGenerator _generator = new();
    private readonly float[] _padded = new float[Run];

    /// <summary>Elements of a run; every run but the last of a vector has this length.</summary>
    internal const int Run = 512;

    /// <summary>A quantiser to <paramref name="bits"/> bits (4 to 24) at that clip.</summary>
    /// <param name="bits">b.</param>
    /// <param name="clip">Finite and positive.</param>
    /// <param name="rounding">Nearest or stochastic.</param>
    /// <param name="seed">Of the stochastic rounding.</param>
    public Quantizer(int bits, float clip, Rounding rounding, ulong seed)
        : this(bits, clip, rounding, seed, Avx512.IsSupported)
    {
    }

    internal Quantizer(int bits, float clip, Rounding rounding, ulong seed, bool wide)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(bits, 4);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(bits, 24);
        if (!IsUsableClip(bits, clip))
        {
            throw new ArgumentOutOfRangeException(nameof(clip), clip,
                "the clip is finite and positive and leaves a representable quantisation step");
        }

        _bits = bits;
        _clip = clip;
        _limit = (1 << (bits - 1)) - 1;
        _scale = Scale(bits, clip);

        _rounding = rounding;
        _seed = seed;
        _wide = wide;
        BeginChunk(0);
    }

    /// <summary>How many values lay outside [-clip, clip] so far.</summary>
    public long ClippedCount { get; private set; }

    /// <summary>Whether clip, and the steps of the quantiser a unit, are normal numbers in single precision.</summary>
    internal static bool IsUsableClip(int bits, float clip) =>
        clip > 0 && float.IsNormal(clip) && float.IsNormal(Scale(bits, clip));

    /// <summary>The first index at or after 0 that is NaN or infinite, -1 if there is none.</summary>
    public static long IndexOfNonFinite(ReadOnlySpan<float> values)
    {
        int i = 0;
        Vector<uint> magnitude = new(0x7FFFFFFF);
        Vector<uint> largest = Vector<uint>.Zero;
        for (; i <= values.Length - Vector<float>.Count; i += Vector<float>.Count)
        {
            largest = Vector.Max(largest, Vector.AsVectorUInt32(new Vector<float>(values[i..])) & magnitude);
        }

        bool finite = Vector.LessThanAll(largest, new Vector<uint>(InfinityBits));
        for (; i < values.Length; i++)
        {
            finite &= float.IsFinite(values[i]);
        }

        if (finite)
        {
            return -1;
        }

        i = 0;
        while (float.IsFinite(values[i]))
        {
            i++;
        }

        return i;
    }

    /// <summary>Quantises a vector; element i of the result has absolute value at most 2^(b-1) - 1.</summary>
    /// <exception cref="ArgumentException">A value is NaN or infinite (the message names its index), or the lengths
    /// differ; the result is cleared.</exception>
    public void Quantize(ReadOnlySpan<float> values, Span<int> quantised)
    {
        if (quantised.Length != values.Length)
        {
            throw new ArgumentException($"{values.Length} values, room for {quantised.Length}", nameof(quantised));
        }

        Span<int> run = stackalloc int[Run];
        for (int start = 0; start < values.Length; start += Run)
        {
            int length = Math.Min(Run, values.Length - start);
            if (!QuantizeRun(values.Slice(start, length), run))
            {
                quantised.Clear();
                throw NonFinite(start + IndexOfNonFinite(values.Slice(start, length)));
            }

            run[..length].CopyTo(quantised[start..]);
        }
    }

    internal static ArgumentException NonFinite(long index) =>
        new($"element {index} is not a finite number: nothing was encrypted");

    /// <summary>Another quantiser that rounds alike.</summary>
    internal Quantizer Fork() => new(_bits, _clip, _rounding, _seed, _wide);

    /// <summary>Restarts the stochastic rounding for a chunk.</summary>
    internal void BeginChunk(long chunk) => _generator.Seed(_seed, (ulong)chunk);

    /// <summary>
    /// Quantises up to 512 values into the first places of a run of 512, zeros behind. False if one is not finite.
    /// </summary>
    internal bool QuantizeRun(ReadOnlySpan<float> values, Span<int> run)
    {
        if (values.Length < Run)
        {
            values.CopyTo(_padded);
            _padded.AsSpan(values.Length).Clear();
            values = _padded;
        }

        return (_rounding, _wide) switch
        {
            (Rounding.Stochastic, true) => Avx512.Round<StochasticMode>(this, values, run),
            (Rounding.Stochastic, false) => Round<StochasticMode>(values, run),
            (_, true) => Avx512.Round<NearestMode>(this, values, run),
            _ => Round<NearestMode>(values, run),
        };
    }

    private static float Scale(int bits, float clip) => (float)(((1 << (bits - 1)) - 1) / (double)clip);

    // One text for both: the mode is a type, so the compiler drops what it does not use. Column by column, so that each
    // keeps its generator in registers.
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    private bool Round<TMode>(ReadOnlySpan<float> values, Span<int> run)
        where TMode : struct, IRoundingMode
    {
        ReadOnlySpan<float> from = values[..Run];
        Span<int> to = run[..Run];
        Vector<float> scale = new(_scale);
        Vector<float> limit = new(_limit);
        Vector<float> clip = new(_clip);
        Vector<uint> magnitude = new(0x7FFFFFFF);
        Vector<uint> largest = Vector<uint>.Zero;
        Vector<int> clipped = Vector<int>.Zero;
        for (int column = 0; column < RoundingGenerator.Columns; column += Vector<ulong>.Count)
        {
            _generator.Load(column, out Vector<ulong> s1, out Vector<ulong> s0);
            for (int i = 2 * column; i < Run; i += 2 * RoundingGenerator.Columns)
            {
                Vector<float> x = Vector.LoadUnsafe(ref MemoryMarshal.GetReference(from), (nuint)i);
                largest = Vector.Max(largest, Vector.AsVectorUInt32(x) & magnitude);
                clipped -= Vector.GreaterThan(Vector.Abs(x), clip);
                Vector<float> t = Vector.MinNative(Vector.MaxNative(x * scale, -limit), limit);
                Vector<int> rounded = TMode.IsStochastic ? RoundUpBy(RoundingGenerator.Next(ref s1, ref s0), t)
                    : Vector.ConvertToInt32Native(Vector.Round(t));
                rounded.StoreUnsafe(ref MemoryMarshal.GetReference(to), (nuint)i);
            }

            if (TMode.IsStochastic)
            {
                _generator.Save(column, s1, s0);
            }
        }

        ClippedCount += Vector.Sum(clipped);
        return Vector.LessThanAll(largest, new Vector<uint>(InfinityBits));
    }

    /// <summary>floor(t), and one more where a uniform number of 24 bits lies below the fraction.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector<int> RoundUpBy(Vector<ulong> random, Vector<float> t)
    {
        Vector<float> floor = Vector.Floor(t);
        Vector<float> uniform = Vector.ConvertToSingle(Vector.AsVectorInt32(Vector.AsVectorUInt32(random) >> 8))
            * new Vector<float>(TwoToMinus24);
        return Vector.ConvertToInt32Native(floor) - Vector.LessThan(uniform, t - floor);
    }

    private interface IRoundingMode
    {
        static abstract bool IsStochastic { get; }
    }

    private readonly struct StochasticMode : IRoundingMode
    {
        public static bool IsStochastic => true;
    }

    private readonly struct NearestMode : IRoundingMode
    {
        public static bool IsStochastic => false;
    }
}
