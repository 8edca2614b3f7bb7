using System.Runtime.Intrinsics;
using SecureFL.Ring.Kernels;

namespace SecureFL.Ring.Tests;

public sealed class LaneShiftTests
{
    /// <summary>Every lane shifts by its own count, and 64 empties it, at every width.</summary>
    [Fact]
    public void LanesShiftByTheirOwnCounts()
    {
        foreach (VectorWidth width in RingKernelTests.VectorWidthsHere())
        {
            switch (width)
            {
                case VectorWidth.Bits512:
                    Check<Lanes512, Vector512<double>, Vector512<ulong>>();
                    break;
                case VectorWidth.Bits256:
                    Check<Lanes256, Vector256<double>, Vector256<ulong>>();
                    break;
                default:
                    Check<Lanes128, Vector128<double>, Vector128<ulong>>();
                    break;
            }
        }
    }

    private static unsafe void Check<TLanes, TDouble, TWord>()
        where TLanes : struct, ILanes<TDouble, TWord>
        where TDouble : struct
        where TWord : struct
    {
        const ulong Word = 0xF123_4567_89AB_CDEF;
        ulong* counts = stackalloc ulong[8];
        ulong* result = stackalloc ulong[8];
        for (int first = 0; first <= 64; first++)
        {
            for (int i = 0; i < 8; i++)
            {
                counts[i] = (ulong)((first + (9 * i)) % 65);
            }

            TLanes.StoreWord(TLanes.ShiftLeftBy(TLanes.BroadcastWord(Word), TLanes.LoadWord(counts)), result);
            for (int i = 0; i < TLanes.Count; i++)
            {
                Assert.Equal(counts[i] == 64 ? 0 : Word << (int)counts[i], result[i]);
            }

            TLanes.StoreWord(TLanes.ShiftRightBy(TLanes.BroadcastWord(Word), TLanes.LoadWord(counts)), result);
            for (int i = 0; i < TLanes.Count; i++)
            {
                Assert.Equal(counts[i] == 64 ? 0 : Word >> (int)counts[i], result[i]);
            }
        }
    }
}
