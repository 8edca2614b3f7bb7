using System.Numerics;

namespace SecureFL.Ring.Kernels;

/// <summary>One word at a time: the fallback of the word kernels and their oracle.</summary>
internal unsafe struct Lanes1 : IWordLanes<ulong>
{
    public static int Count => 1;

    public static ulong LoadWord(ulong* from) => *from;

    public static void StoreWord(ulong value, ulong* to) => *to = value;

    public static ulong BroadcastWord(ulong value) => value;

    public static ulong AddWord(ulong a, ulong b) => a + b;

    public static ulong SubtractWord(ulong a, ulong b) => a - b;

    public static ulong And(ulong a, ulong b) => a & b;

    public static ulong Or(ulong a, ulong b) => a | b;

    public static ulong ShiftLeft(ulong a, int count) => a << count;

    public static ulong ShiftRight(ulong a, int count) => a >> count;

    public static ulong Max(ulong a, ulong b) => Math.Max(a, b);

    public static ulong AtLeast(ulong a, ulong b) => ~(ulong)((long)(a - b) >> 63);

    public static ulong MultiplyLow(ulong a, ulong b) => a * b;

    public static ulong MultiplyHalves(ulong a, ulong b) => (ulong)(uint)a * (uint)b;

    public static ulong SubtractIfAtLeast(ulong a, ulong m)
    {
        ulong difference = a - m;
        return difference + (m & (ulong)((long)difference >> 63));
    }

    public static ulong LoadSigned(int* from) => (ulong)(long)*from;

    public static ulong PopCount(ulong a) => (ulong)BitOperations.PopCount(a);

    public static void StoreNarrow(ulong value, int* to) => *to = (int)value;

    public static bool IsZero(ulong a) => a == 0;
}
