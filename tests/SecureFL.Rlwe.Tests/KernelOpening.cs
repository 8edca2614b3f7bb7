using SecureFL.Rlwe.Kernels;

namespace SecureFL.Rlwe.Tests;

/// <summary>What a kernel opens one group of coefficients to.</summary>
internal sealed record KernelOpening(bool Inside, double[] Lanes, double Squares, double Maximum)
{
    /// <summary>Opens a group: for each prime its sums and its masks.</summary>
    internal static unsafe KernelOpening Of(ChunkKernel kernel, ChunkConstants constants, ulong[][] sums,
        ulong[][] masks)
    {
        const int group = ChunkKernel.Group;
        ulong[] allSums = [.. sums.SelectMany(s => s)];
        ulong[] allMasks = [.. masks.SelectMany(m => m)];
        double[] scratch = new double[kernel.OpenScratch];
        double[] lanes = new double[(constants.Parameters.Lanes + 1) * group];
        double squares = 0;
        double maximum = 0;
        fixed (ulong* sumsAt = allSums, masksAt = allMasks)
        fixed (double* scratchAt = scratch, lanesAt = lanes)
        {
            ulong** sumGroups = stackalloc ulong*[constants.Primes];
            ulong** maskGroups = stackalloc ulong*[constants.Primes];
            for (int i = 0; i < constants.Primes; i++)
            {
                sumGroups[i] = sumsAt + (i * group);
                maskGroups[i] = masksAt + (i * group);
            }

            bool inside = kernel.Open(sumGroups, maskGroups, scratchAt, lanesAt, ref squares, ref maximum);
            return new KernelOpening(inside, lanes[..(constants.Parameters.Lanes * group)], squares, maximum);
        }
    }
}
