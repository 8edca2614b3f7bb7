using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;

namespace SecureFL.Ring.Kernels;

/// <summary>2 lanes: 128-bit vectors with fused multiply-add (NEON, or x86 with FMA).</summary>
internal unsafe struct Lanes128 : ILanes<Vector128<double>, Vector128<ulong>>
{
    private const double Magic = 4503599627370496.0; // 2^52: its low mantissa bits are the integer added to it

    internal static bool IsSupported => (Fma.IsSupported && Sse41.IsSupported) || AdvSimd.Arm64.IsSupported;

    public static int Count => 2;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<double> Load(double* from) => Vector128.Load(from);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(Vector128<double> value, double* to) => value.Store(to);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<double> Broadcast(double value) => Vector128.Create(value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<double> Add(Vector128<double> a, Vector128<double> b) => a + b;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<double> Subtract(Vector128<double> a, Vector128<double> b) => a - b;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<double> Multiply(Vector128<double> a, Vector128<double> b) => a * b;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<double> MultiplyAdd(Vector128<double> a, Vector128<double> b, Vector128<double> c) =>
        Vector128.FusedMultiplyAdd(a, b, c);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<double> MultiplySubtract(Vector128<double> a, Vector128<double> b, Vector128<double> c) =>
        Fma.IsSupported ? Fma.MultiplySubtract(a, b, c) : Vector128.FusedMultiplyAdd(a, b, -c);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<double> NegateMultiplyAdd(Vector128<double> a, Vector128<double> b, Vector128<double> c) =>
        Fma.IsSupported ? Fma.MultiplyAddNegated(a, b, c) : AdvSimd.Arm64.FusedMultiplySubtract(c, a, b);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<double> Round(Vector128<double> a) => Vector128.Round(a);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<double> AddIfNegative(Vector128<double> a, Vector128<double> p) =>
        Vector128.ConditionalSelect(Vector128.LessThan(a, Vector128<double>.Zero), a + p, a);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<double> WrapAbove(Vector128<double> a, Vector128<double> limit, Vector128<double> step,
        ref Vector128<double> carry)
    {
        Vector128<double> mask = Vector128.GreaterThan(a, limit);
        carry += mask & Vector128.Create(1.0);
        return a - (mask & step);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<double> WrapBelow(Vector128<double> a, Vector128<double> limit, Vector128<double> step,
        ref Vector128<double> carry)
    {
        Vector128<double> mask = Vector128.LessThan(a, -limit);
        carry -= mask & Vector128.Create(1.0);
        return a + (mask & step);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<double> Max(Vector128<double> a, Vector128<double> b) => Vector128.Max(a, b);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<double> Abs(Vector128<double> a) => Vector128.Abs(a);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<double> ToDouble(Vector128<ulong> value) =>
        (value | Vector128.Create(Magic).AsUInt64()).AsDouble() - Vector128.Create(Magic);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<ulong> ToWord(Vector128<double> value) =>
        (value + Vector128.Create(Magic)).AsUInt64() ^ Vector128.Create(Magic).AsUInt64();

    public static bool HasMultiplyLow => false;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<ulong> MultiplyLow(Vector128<ulong> a, Vector128<ulong> b) => a * b;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<ulong> LoadSigned(int* from) => Vector128.Create((long)from[0], from[1]).AsUInt64();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<ulong> MultiplyHalves(Vector128<ulong> a, Vector128<ulong> b) =>
        Sse2.IsSupported ? Sse2.Multiply(a.AsUInt32(), b.AsUInt32())
        : AdvSimd.MultiplyWideningLower(AdvSimd.ExtractNarrowingLower(a), AdvSimd.ExtractNarrowingLower(b));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<ulong> SubtractIfAtLeast(Vector128<ulong> a, Vector128<ulong> m)
    {
        Vector128<ulong> difference = a - m;
        return difference + (m & Vector128.LessThan(difference.AsInt64(), Vector128<long>.Zero).AsUInt64());
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<ulong> AsWord(Vector128<double> value) => value.AsUInt64();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<double> AsDouble(Vector128<ulong> value) => value.AsDouble();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<ulong> ToSignedWord(Vector128<double> value) =>
        (value + Vector128.Create(1.5 * Magic)).AsUInt64() - Vector128.Create(1.5 * Magic).AsUInt64();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<double> FromSignedWord(Vector128<ulong> value) =>
        (value + Vector128.Create(1.5 * Magic).AsUInt64()).AsDouble() - Vector128.Create(1.5 * Magic);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<ulong> MinUnsigned(Vector128<ulong> a, Vector128<ulong> b) => Vector128.Min(a, b);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<double> LoadIntegers(int* from) => Vector128.Create((double)from[0], from[1]);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void StoreIntegers(Vector128<double> value, long* to) => ToSignedWord(value).AsInt64().Store(to);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void StoreSingles(Vector128<double> value, float* to)
    {
        to[0] = (float)value.GetElement(0);
        to[1] = (float)value.GetElement(1);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void LoadTransposed(double* from, out Vector128<double> c0, out Vector128<double> c1,
        out Vector128<double> c2, out Vector128<double> c3, out Vector128<double> c4, out Vector128<double> c5,
        out Vector128<double> c6, out Vector128<double> c7)
    {
        c0 = Vector128.Create(from[0], from[8]);
        c1 = Vector128.Create(from[1], from[9]);
        c2 = Vector128.Create(from[2], from[10]);
        c3 = Vector128.Create(from[3], from[11]);
        c4 = Vector128.Create(from[4], from[12]);
        c5 = Vector128.Create(from[5], from[13]);
        c6 = Vector128.Create(from[6], from[14]);
        c7 = Vector128.Create(from[7], from[15]);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void StoreTransposed(double* to, Vector128<double> c0, Vector128<double> c1, Vector128<double> c2,
        Vector128<double> c3, Vector128<double> c4, Vector128<double> c5, Vector128<double> c6, Vector128<double> c7)
    {
        to[0] = c0.GetElement(0);
        to[8] = c0.GetElement(1);
        to[1] = c1.GetElement(0);
        to[9] = c1.GetElement(1);
        to[2] = c2.GetElement(0);
        to[10] = c2.GetElement(1);
        to[3] = c3.GetElement(0);
        to[11] = c3.GetElement(1);
        to[4] = c4.GetElement(0);
        to[12] = c4.GetElement(1);
        to[5] = c5.GetElement(0);
        to[13] = c5.GetElement(1);
        to[6] = c6.GetElement(0);
        to[14] = c6.GetElement(1);
        to[7] = c7.GetElement(0);
        to[15] = c7.GetElement(1);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<ulong> LoadWord(ulong* from) => Vector128.Load(from);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void StoreWord(Vector128<ulong> value, ulong* to) => value.Store(to);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<ulong> BroadcastWord(ulong value) => Vector128.Create(value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<ulong> AddWord(Vector128<ulong> a, Vector128<ulong> b) => a + b;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<ulong> SubtractWord(Vector128<ulong> a, Vector128<ulong> b) => a - b;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<ulong> And(Vector128<ulong> a, Vector128<ulong> b) => a & b;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<ulong> Or(Vector128<ulong> a, Vector128<ulong> b) => a | b;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<ulong> ShiftLeft(Vector128<ulong> a, int count) => a << count;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<ulong> ShiftRight(Vector128<ulong> a, int count) => a >>> count;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<ulong> Max(Vector128<ulong> a, Vector128<ulong> b) =>
        Vector128.Max(a.AsInt64(), b.AsInt64()).AsUInt64();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<ulong> AtLeast(Vector128<ulong> a, Vector128<ulong> b) =>
        Vector128.GreaterThanOrEqual(a.AsInt64(), b.AsInt64()).AsUInt64();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<ulong> PopCount(Vector128<ulong> a)
    {
        // Pairs, nibbles, bytes; then the bytes are added up.
        a -= (a >>> 1) & Vector128.Create(0x5555555555555555UL);
        a = (a & Vector128.Create(0x3333333333333333UL)) + ((a >>> 2) & Vector128.Create(0x3333333333333333UL));
        a = (a + (a >>> 4)) & Vector128.Create(0x0F0F0F0F0F0F0F0FUL);
        a += a >>> 8;
        a += a >>> 16;
        return (a + (a >>> 32)) & Vector128.Create(0x7FUL);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void StoreNarrow(Vector128<ulong> value, int* to) =>
        Vector128.Shuffle(value.AsInt32(), Vector128.Create(0, 2, 0, 2)).GetLower().Store(to);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool IsZero(Vector128<ulong> a) => a == Vector128<ulong>.Zero;
}
