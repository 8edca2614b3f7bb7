using System.Runtime.CompilerServices;

namespace SecureFL.Ring.Kernels;

/// <summary>Transposes each group of 64 words as an 8 x 8 square: see <see cref="EvaluationOrder"/>.</summary>
internal static unsafe class OrderSwap<TLanes, TDouble, TWord>
    where TLanes : struct, ILanes<TDouble, TWord>
    where TDouble : struct
    where TWord : struct
{
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    internal static void Swap(ulong* words, int length)
    {
        double* rows = stackalloc double[FmaTables.GroupSize];
        double* end = (double*)(words + length);
        for (double* x = (double*)words; x < end; x += FmaTables.GroupSize)
        {
            for (int row = 0; row < 8; row += TLanes.Count)
            {
                double* to = (TLanes.Count == 8 ? x : rows) + row;
                TLanes.LoadTransposed(x + (8 * row), out TDouble c0, out TDouble c1, out TDouble c2, out TDouble c3,
                    out TDouble c4, out TDouble c5, out TDouble c6, out TDouble c7);
                TLanes.Store(c0, to);
                TLanes.Store(c1, to + 8);
                TLanes.Store(c2, to + 16);
                TLanes.Store(c3, to + 24);
                TLanes.Store(c4, to + 32);
                TLanes.Store(c5, to + 40);
                TLanes.Store(c6, to + 48);
                TLanes.Store(c7, to + 56);
            }

            if (TLanes.Count < 8)
            {
                Unsafe.CopyBlockUnaligned(x, rows, FmaTables.GroupSize * sizeof(double));
            }
        }
    }
}
