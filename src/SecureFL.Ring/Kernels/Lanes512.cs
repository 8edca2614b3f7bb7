using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace SecureFL.Ring.Kernels;

/// <summary>8 lanes: AVX-512.</summary>
internal unsafe struct Lanes512 : ILanes<Vector512<double>, Vector512<ulong>>
{
    internal static bool IsSupported => Avx512F.IsSupported && Avx512DQ.IsSupported && Avx512BW.IsSupported;

    public static int Count => 8;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<double> Load(double* from) => Vector512.Load(from);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(Vector512<double> value, double* to) => value.Store(to);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<double> Broadcast(double value) => Vector512.Create(value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<double> Add(Vector512<double> a, Vector512<double> b) => a + b;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<double> Subtract(Vector512<double> a, Vector512<double> b) => a - b;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<double> Multiply(Vector512<double> a, Vector512<double> b) => a * b;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<double> MultiplyAdd(Vector512<double> a, Vector512<double> b, Vector512<double> c) =>
        Avx512F.FusedMultiplyAdd(a, b, c);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<double> MultiplySubtract(Vector512<double> a, Vector512<double> b, Vector512<double> c) =>
        Avx512F.FusedMultiplySubtract(a, b, c);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<double> NegateMultiplyAdd(Vector512<double> a, Vector512<double> b, Vector512<double> c) =>
        Avx512F.FusedMultiplyAddNegated(a, b, c);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<double> Round(Vector512<double> a) => Avx512F.RoundScale(a, 0);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<double> AddIfNegative(Vector512<double> a, Vector512<double> p) =>
        Vector512.ConditionalSelect(Vector512.LessThan(a, Vector512<double>.Zero), a + p, a);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<double> WrapAbove(Vector512<double> a, Vector512<double> limit, Vector512<double> step,
        ref Vector512<double> carry)
    {
        Vector512<double> mask = Vector512.GreaterThan(a, limit);
        carry += mask & Vector512.Create(1.0);
        return a - (mask & step);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<double> WrapBelow(Vector512<double> a, Vector512<double> limit, Vector512<double> step,
        ref Vector512<double> carry)
    {
        Vector512<double> mask = Vector512.LessThan(a, -limit);
        carry -= mask & Vector512.Create(1.0);
        return a + (mask & step);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<double> Max(Vector512<double> a, Vector512<double> b) => Vector512.Max(a, b);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<double> Abs(Vector512<double> a) => Vector512.Abs(a);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<double> ToDouble(Vector512<ulong> value) => Avx512DQ.ConvertToVector512Double(value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<ulong> ToWord(Vector512<double> value) =>
        Avx512DQ.ConvertToVector512UInt64WithTruncation(value);

    public static bool HasMultiplyLow => true;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<ulong> MultiplyLow(Vector512<ulong> a, Vector512<ulong> b) => Avx512DQ.MultiplyLow(a, b);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<ulong> LoadSigned(int* from) =>
        Avx512F.ConvertToVector512Int64(Vector256.Load(from)).AsUInt64();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<ulong> MultiplyHalves(Vector512<ulong> a, Vector512<ulong> b) =>
        Avx512F.Multiply(a.AsUInt32(), b.AsUInt32());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<ulong> SubtractIfAtLeast(Vector512<ulong> a, Vector512<ulong> m) => Vector512.Min(a, a - m);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<ulong> AsWord(Vector512<double> value) => value.AsUInt64();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<double> AsDouble(Vector512<ulong> value) => value.AsDouble();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<ulong> ToSignedWord(Vector512<double> value) =>
        Avx512DQ.ConvertToVector512Int64(value).AsUInt64();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<double> FromSignedWord(Vector512<ulong> value) =>
        Avx512DQ.ConvertToVector512Double(value.AsInt64());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<ulong> MinUnsigned(Vector512<ulong> a, Vector512<ulong> b) => Vector512.Min(a, b);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<double> LoadIntegers(int* from) => Avx512F.ConvertToVector512Double(Vector256.Load(from));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void StoreIntegers(Vector512<double> value, long* to) => ToSignedWord(value).AsInt64().Store(to);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void StoreSingles(Vector512<double> value, float* to) =>
        Avx512F.ConvertToVector256Single(value).Store(to);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void LoadTransposed(double* from, out Vector512<double> c0, out Vector512<double> c1,
        out Vector512<double> c2, out Vector512<double> c3, out Vector512<double> c4, out Vector512<double> c5,
        out Vector512<double> c6, out Vector512<double> c7)
    {
        c0 = Vector512.Load(from);
        c1 = Vector512.Load(from + 8);
        c2 = Vector512.Load(from + 16);
        c3 = Vector512.Load(from + 24);
        c4 = Vector512.Load(from + 32);
        c5 = Vector512.Load(from + 40);
        c6 = Vector512.Load(from + 48);
        c7 = Vector512.Load(from + 56);
        Transpose(ref c0, ref c1, ref c2, ref c3, ref c4, ref c5, ref c6, ref c7);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void StoreTransposed(double* to, Vector512<double> c0, Vector512<double> c1, Vector512<double> c2,
        Vector512<double> c3, Vector512<double> c4, Vector512<double> c5, Vector512<double> c6, Vector512<double> c7)
    {
        Transpose(ref c0, ref c1, ref c2, ref c3, ref c4, ref c5, ref c6, ref c7);
        c0.Store(to);
        c1.Store(to + 8);
        c2.Store(to + 16);
        c3.Store(to + 24);
        c4.Store(to + 32);
        c5.Store(to + 40);
        c6.Store(to + 48);
        c7.Store(to + 56);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<ulong> LoadWord(ulong* from) => Vector512.Load(from);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void StoreWord(Vector512<ulong> value, ulong* to) => value.Store(to);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<ulong> BroadcastWord(ulong value) => Vector512.Create(value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<ulong> AddWord(Vector512<ulong> a, Vector512<ulong> b) => a + b;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<ulong> SubtractWord(Vector512<ulong> a, Vector512<ulong> b) => a - b;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<ulong> And(Vector512<ulong> a, Vector512<ulong> b) => a & b;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<ulong> Or(Vector512<ulong> a, Vector512<ulong> b) => a | b;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<ulong> ShiftLeft(Vector512<ulong> a, int count) => a << count;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<ulong> ShiftRight(Vector512<ulong> a, int count) => a >>> count;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<ulong> Max(Vector512<ulong> a, Vector512<ulong> b) =>
        Vector512.Max(a.AsInt64(), b.AsInt64()).AsUInt64();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<ulong> AtLeast(Vector512<ulong> a, Vector512<ulong> b) =>
        Vector512.GreaterThanOrEqual(a.AsInt64(), b.AsInt64()).AsUInt64();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<ulong> PopCount(Vector512<ulong> a)
    {
        // Nibbles by an in-register shuffle, whose time does not depend on them; the bytes of a word are added up by a
        // sum of absolute differences.
        Vector128<byte> nibbles = Vector128.Create((byte)0, 1, 1, 2, 1, 2, 2, 3, 1, 2, 2, 3, 2, 3, 3, 4);
        Vector512<byte> counts = Vector512.Create(Vector256.Create(nibbles, nibbles),
            Vector256.Create(nibbles, nibbles));
        Vector512<byte> low = a.AsByte() & Vector512.Create((byte)15);
        Vector512<byte> high = (a >>> 4).AsByte() & Vector512.Create((byte)15);
        return Avx512BW.SumAbsoluteDifferences(Avx512BW.Shuffle(counts, low) + Avx512BW.Shuffle(counts, high),
            Vector512<byte>.Zero).AsUInt64();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void StoreNarrow(Vector512<ulong> value, int* to) => Avx512F.ConvertToVector256Int32(value).Store(to);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool IsZero(Vector512<ulong> a) => a == Vector512<ulong>.Zero;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Transpose(
        ref Vector512<double> r0, ref Vector512<double> r1, ref Vector512<double> r2, ref Vector512<double> r3,
        ref Vector512<double> r4, ref Vector512<double> r5, ref Vector512<double> r6, ref Vector512<double> r7)
    {
        // Pairs of doubles, then pairs of 128-bit parts, twice.
        Vector512<double> a0 = Avx512F.UnpackLow(r0, r1), a1 = Avx512F.UnpackHigh(r0, r1);
        Vector512<double> a2 = Avx512F.UnpackLow(r2, r3), a3 = Avx512F.UnpackHigh(r2, r3);
        Vector512<double> a4 = Avx512F.UnpackLow(r4, r5), a5 = Avx512F.UnpackHigh(r4, r5);
        Vector512<double> a6 = Avx512F.UnpackLow(r6, r7), a7 = Avx512F.UnpackHigh(r6, r7);
        Vector512<double> b0 = Avx512F.Shuffle4x128(a0, a2, 0x88), b1 = Avx512F.Shuffle4x128(a1, a3, 0x88);
        Vector512<double> b2 = Avx512F.Shuffle4x128(a0, a2, 0xDD), b3 = Avx512F.Shuffle4x128(a1, a3, 0xDD);
        Vector512<double> b4 = Avx512F.Shuffle4x128(a4, a6, 0x88), b5 = Avx512F.Shuffle4x128(a5, a7, 0x88);
        Vector512<double> b6 = Avx512F.Shuffle4x128(a4, a6, 0xDD), b7 = Avx512F.Shuffle4x128(a5, a7, 0xDD);
        r0 = Avx512F.Shuffle4x128(b0, b4, 0x88);
        r1 = Avx512F.Shuffle4x128(b1, b5, 0x88);
        r2 = Avx512F.Shuffle4x128(b2, b6, 0x88);
        r3 = Avx512F.Shuffle4x128(b3, b7, 0x88);
        r4 = Avx512F.Shuffle4x128(b0, b4, 0xDD);
        r5 = Avx512F.Shuffle4x128(b1, b5, 0xDD);
        r6 = Avx512F.Shuffle4x128(b2, b6, 0xDD);
        r7 = Avx512F.Shuffle4x128(b3, b7, 0xDD);
    }
}
