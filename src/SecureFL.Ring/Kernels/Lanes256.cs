using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace SecureFL.Ring.Kernels;

/// <summary>4 lanes: AVX2 with FMA.</summary>
internal unsafe struct Lanes256 : ILanes<Vector256<double>, Vector256<ulong>>
{
    private const double Magic = 4503599627370496.0; // 2^52: its low mantissa bits are the integer added to it

    internal static bool IsSupported => Avx2.IsSupported && Fma.IsSupported;

    public static int Count => 4;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<double> Load(double* from) => Vector256.Load(from);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(Vector256<double> value, double* to) => value.Store(to);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<double> Broadcast(double value) => Vector256.Create(value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<double> Add(Vector256<double> a, Vector256<double> b) => a + b;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<double> Subtract(Vector256<double> a, Vector256<double> b) => a - b;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<double> Multiply(Vector256<double> a, Vector256<double> b) => a * b;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<double> MultiplyAdd(Vector256<double> a, Vector256<double> b, Vector256<double> c) =>
        Fma.MultiplyAdd(a, b, c);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<double> MultiplySubtract(Vector256<double> a, Vector256<double> b, Vector256<double> c) =>
        Fma.MultiplySubtract(a, b, c);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<double> NegateMultiplyAdd(Vector256<double> a, Vector256<double> b, Vector256<double> c) =>
        Fma.MultiplyAddNegated(a, b, c);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<double> Round(Vector256<double> a) => Avx.RoundToNearestInteger(a);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<double> AddIfNegative(Vector256<double> a, Vector256<double> p) =>
        Vector256.ConditionalSelect(Vector256.LessThan(a, Vector256<double>.Zero), a + p, a);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<double> WrapAbove(Vector256<double> a, Vector256<double> limit, Vector256<double> step,
        ref Vector256<double> carry)
    {
        Vector256<double> mask = Vector256.GreaterThan(a, limit);
        carry += mask & Vector256.Create(1.0);
        return a - (mask & step);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<double> WrapBelow(Vector256<double> a, Vector256<double> limit, Vector256<double> step,
        ref Vector256<double> carry)
    {
        Vector256<double> mask = Vector256.LessThan(a, -limit);
        carry -= mask & Vector256.Create(1.0);
        return a + (mask & step);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<double> Max(Vector256<double> a, Vector256<double> b) => Vector256.Max(a, b);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<double> Abs(Vector256<double> a) => Vector256.Abs(a);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<double> ToDouble(Vector256<ulong> value) =>
        (value | Vector256.Create(Magic).AsUInt64()).AsDouble() - Vector256.Create(Magic);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<ulong> ToWord(Vector256<double> value) =>
        (value + Vector256.Create(Magic)).AsUInt64() ^ Vector256.Create(Magic).AsUInt64();

    public static bool HasMultiplyLow => false;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<ulong> MultiplyLow(Vector256<ulong> a, Vector256<ulong> b) => a * b;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<ulong> LoadSigned(int* from) =>
        Avx2.ConvertToVector256Int64(Vector128.Load(from)).AsUInt64();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<ulong> MultiplyHalves(Vector256<ulong> a, Vector256<ulong> b) =>
        Avx2.Multiply(a.AsUInt32(), b.AsUInt32());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<ulong> SubtractIfAtLeast(Vector256<ulong> a, Vector256<ulong> m)
    {
        // The blend looks at sign bits only.
        Vector256<double> difference = (a - m).AsDouble();
        return Avx.BlendVariable(difference, a.AsDouble(), difference).AsUInt64();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<ulong> AsWord(Vector256<double> value) => value.AsUInt64();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<double> AsDouble(Vector256<ulong> value) => value.AsDouble();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<ulong> ToSignedWord(Vector256<double> value) =>
        (value + Vector256.Create(1.5 * Magic)).AsUInt64() - Vector256.Create(1.5 * Magic).AsUInt64();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<double> FromSignedWord(Vector256<ulong> value) =>
        (value + Vector256.Create(1.5 * Magic).AsUInt64()).AsDouble() - Vector256.Create(1.5 * Magic);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<ulong> MinUnsigned(Vector256<ulong> a, Vector256<ulong> b) => Vector256.Min(a, b);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<double> LoadIntegers(int* from) => Avx.ConvertToVector256Double(Vector128.Load(from));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void StoreIntegers(Vector256<double> value, long* to) => ToSignedWord(value).AsInt64().Store(to);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void StoreSingles(Vector256<double> value, float* to) =>
        Avx.ConvertToVector128Single(value).Store(to);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void LoadTransposed(double* from, out Vector256<double> c0, out Vector256<double> c1,
        out Vector256<double> c2, out Vector256<double> c3, out Vector256<double> c4, out Vector256<double> c5,
        out Vector256<double> c6, out Vector256<double> c7)
    {
        LoadTransposed4(from, out c0, out c1, out c2, out c3);
        LoadTransposed4(from + 4, out c4, out c5, out c6, out c7);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void StoreTransposed(double* to, Vector256<double> c0, Vector256<double> c1, Vector256<double> c2,
        Vector256<double> c3, Vector256<double> c4, Vector256<double> c5, Vector256<double> c6, Vector256<double> c7)
    {
        StoreTransposed4(to, c0, c1, c2, c3);
        StoreTransposed4(to + 4, c4, c5, c6, c7);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<ulong> LoadWord(ulong* from) => Vector256.Load(from);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void StoreWord(Vector256<ulong> value, ulong* to) => value.Store(to);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<ulong> BroadcastWord(ulong value) => Vector256.Create(value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<ulong> AddWord(Vector256<ulong> a, Vector256<ulong> b) => a + b;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<ulong> SubtractWord(Vector256<ulong> a, Vector256<ulong> b) => a - b;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<ulong> And(Vector256<ulong> a, Vector256<ulong> b) => a & b;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<ulong> Or(Vector256<ulong> a, Vector256<ulong> b) => a | b;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<ulong> ShiftLeft(Vector256<ulong> a, int count) => a << count;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<ulong> ShiftRight(Vector256<ulong> a, int count) => a >>> count;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<ulong> Max(Vector256<ulong> a, Vector256<ulong> b) =>
        Vector256.Max(a.AsInt64(), b.AsInt64()).AsUInt64();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<ulong> AtLeast(Vector256<ulong> a, Vector256<ulong> b) =>
        Vector256.GreaterThanOrEqual(a.AsInt64(), b.AsInt64()).AsUInt64();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<ulong> PopCount(Vector256<ulong> a)
    {
        // Nibbles by an in-register shuffle, whose time does not depend on them; the bytes of a word are added up by a
        // sum of absolute differences.
        Vector128<byte> nibbles = Vector128.Create((byte)0, 1, 1, 2, 1, 2, 2, 3, 1, 2, 2, 3, 2, 3, 3, 4);
        Vector256<byte> counts = Vector256.Create(nibbles, nibbles);
        Vector256<byte> low = a.AsByte() & Vector256.Create((byte)15);
        Vector256<byte> high = (a >>> 4).AsByte() & Vector256.Create((byte)15);
        return Avx2.SumAbsoluteDifferences(Avx2.Shuffle(counts, low) + Avx2.Shuffle(counts, high), Vector256<byte>.Zero)
            .AsUInt64();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void StoreNarrow(Vector256<ulong> value, int* to) =>
        Vector256.Shuffle(value.AsInt32(), Vector256.Create(0, 2, 4, 6, 0, 2, 4, 6)).GetLower().Store(to);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool IsZero(Vector256<ulong> a) => a == Vector256<ulong>.Zero;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void LoadTransposed4(double* from, out Vector256<double> c0, out Vector256<double> c1,
        out Vector256<double> c2, out Vector256<double> c3)
    {
        c0 = Vector256.Load(from);
        c1 = Vector256.Load(from + 8);
        c2 = Vector256.Load(from + 16);
        c3 = Vector256.Load(from + 24);
        Transpose4(ref c0, ref c1, ref c2, ref c3);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void StoreTransposed4(double* to, Vector256<double> c0, Vector256<double> c1, Vector256<double> c2,
        Vector256<double> c3)
    {
        Transpose4(ref c0, ref c1, ref c2, ref c3);
        c0.Store(to);
        c1.Store(to + 8);
        c2.Store(to + 16);
        c3.Store(to + 24);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Transpose4(ref Vector256<double> r0, ref Vector256<double> r1, ref Vector256<double> r2,
        ref Vector256<double> r3)
    {
        Vector256<double> a0 = Avx.UnpackLow(r0, r1), a1 = Avx.UnpackHigh(r0, r1);
        Vector256<double> a2 = Avx.UnpackLow(r2, r3), a3 = Avx.UnpackHigh(r2, r3);
        r0 = Avx.Permute2x128(a0, a2, 0x20);
        r1 = Avx.Permute2x128(a1, a3, 0x20);
        r2 = Avx.Permute2x128(a0, a2, 0x31);
        r3 = Avx.Permute2x128(a1, a3, 0x31);
    }
}
