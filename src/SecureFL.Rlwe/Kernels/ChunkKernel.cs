using System.Runtime.Intrinsics;
using SecureFL.Ring.Kernels;

namespace SecureFL.Rlwe.Kernels;

/// <summary>
/// The arithmetic of a group of 512 coefficients, at one vector width: from quantised lanes and mask to packed
/// residues, from packed residues to sums, from sums and mask back to lanes. Thread-safe: no state but constants.
/// </summary>
internal abstract unsafe class ChunkKernel(ChunkConstants constants)
{
    internal const int Group = WordKernel.GroupSize;

    /// <summary>Uploads added in one pass over the accumulator.</summary>
    internal const int UploadsPerPass = 4;

    private protected ChunkConstants Constants { get; } = constants;

    internal static ChunkKernel Create(ChunkConstants constants, VectorWidth? width = null) =>
        (constants.Parameters.Ckks.Moduli.Any(p => p.Bits > RingKernel.MaxFmaBits) ? VectorWidth.Scalar
            : width ?? VectorWidths.Best) switch
        {
            VectorWidth.Bits512 => new FmaChunkKernel<Lanes512, Vector512<double>, Vector512<ulong>>(constants),
            VectorWidth.Bits256 => new FmaChunkKernel<Lanes256, Vector256<double>, Vector256<ulong>>(constants),
            VectorWidth.Bits128 => new FmaChunkKernel<Lanes128, Vector128<double>, Vector128<ulong>>(constants),
            _ => new ScalarChunkKernel(constants),
        };

    /// <summary>Words of the lanes: [lane][512] integers to [word][512].</summary>
    internal abstract void GatherWords(int* lanes, double* words);

    /// <summary>
    /// packed = Delta * m + mask modulo that prime, for [word][512] words and 512 canonical mask coefficients.
    /// </summary>
    internal abstract void Encrypt(int prime, double* words, ulong* mask, ulong* packed);

    /// <summary><see cref="Encrypt"/> modulo that prime and the next.</summary>
    internal virtual void EncryptPair(int prime, double* words, ulong* mask, ulong* nextMask, ulong* packed,
        ulong* nextPacked)
    {
        Encrypt(prime, words, mask, packed);
        Encrypt(prime + 1, words, nextMask, nextPacked);
    }

    /// <summary>
    /// Adds 1 to 4 packed groups to 512 sums, modulo 2^64. False if a residue is not below the prime (the sums are then
    /// to be repaired by <see cref="Subtract"/>).
    /// </summary>
    internal abstract bool Add(int prime, ulong** packed, int count, ulong* sums);

    /// <summary>Undoes one packed group of <see cref="Add"/>.</summary>
    internal abstract void Subtract(int prime, ulong* packed, ulong* sums);

    /// <summary>Sums to canonical residues, in place.</summary>
    internal abstract void Reduce(int prime, ulong* sums);

    /// <summary>
    /// From [prime] pointers to 512 sums and 512 canonical mask coefficients (a*S) to [lane][512] integers as doubles.
    /// False if a message lies outside the lanes. Adds the squares of the noise to <paramref name="noiseSquares"/> and
    /// raises <paramref name="noiseMax"/>.
    /// </summary>
    internal abstract bool Open(ulong** sums, ulong** masks, double* scratch, double* lanes, ref double noiseSquares,
        ref double noiseMax);

    /// <summary>Doubles of scratch that <see cref="Open"/> needs.</summary>
    internal int OpenScratch => (Constants.Primes + 2 + Constants.Positions) * Group;

    /// <summary>Exact doubles to 64-bit integers.</summary>
    internal abstract void ToIntegers(double* values, long* integers, int count);

    /// <summary>Exact doubles times a step, to single precision.</summary>
    internal abstract void ToSingles(double* values, double step, float* singles, int count);
}
