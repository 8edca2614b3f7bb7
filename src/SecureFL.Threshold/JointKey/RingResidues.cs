using SecureFL.Ring.Arithmetic;
using SecureFL.Ring.Randomness;
using SecureFL.Rlwe.JointKey;
using SecureFL.Rlwe.Parameters;

namespace SecureFL.Threshold.JointKey;

/// <summary>
/// What the joint-key protocols do with residues: parse a peer's, add, draw secret uniform ones. No branch or look-up
/// depends on a residue that is kept.
/// </summary>
internal static class RingResidues
{
    /// <summary>Unpacks a polynomial from a peer.</summary>
    /// <exception cref="ThresholdViolationException">Wrong length, or a residue that is not below its
    /// prime.</exception>
    internal static void Unpack(CkksParameters parameters, ReadOnlySpan<byte> packed, Span<ulong> residues,
        string field)
    {
        try
        {
            ResiduePacking.Unpack(parameters, packed, residues, field);
        }
        catch (ResidueFormatException refusal)
        {
            ThresholdViolation violation = packed.Length == ResiduePacking.Bytes(parameters)
                ? ThresholdViolation.WordOutOfRange : ThresholdViolation.FieldLength;
            throw new ThresholdViolationException(violation, refusal.Field, refusal.Expected, refusal.Received);
        }
    }

    /// <summary>sums[i] = sums[i] + values[i] mod p, both canonical.</summary>
    internal static void Add(Modulus modulus, ReadOnlySpan<ulong> values, Span<ulong> sums)
    {
        ulong p = modulus.Value;
        for (int i = 0; i < sums.Length; i++)
        {
            sums[i] = ConstantMultiplier.SubtractIfAtLeast(sums[i] + values[i], p);
        }
    }

    /// <summary>
    /// Uniform residues from a keystream: 8-byte words, the bits above those of p dropped, words that are not below p
    /// rejected. Whether a word is rejected says nothing about the words that are kept.
    /// </summary>
    internal static void FillUniform(Keystream stream, Modulus modulus, Span<ulong> residues)
    {
        ulong mask = (1UL << modulus.Bits) - 1;
        while (!residues.IsEmpty)
        {
            stream.Fill(System.Runtime.InteropServices.MemoryMarshal.AsBytes(residues));
            int kept = 0;
            foreach (ulong word in residues)
            {
                ulong residue = word & mask;
                residues[kept] = residue;
                kept += residue < modulus.Value ? 1 : 0;
            }

            residues = residues[kept..];
        }
    }

    /// <summary>
    /// sum_k weights[k] * values[k] mod p for public weights, in 128-bit words folded before they overflow.
    /// </summary>
    internal static ulong DotProduct(Modulus modulus, ReadOnlySpan<ulong> weights, ReadOnlySpan<ulong> values)
    {
        // Products are below 2^122; 32 of them and a folded sum stay below 2^128.
        const int Fold = 32;
        ConstantMultiplier upper = new(modulus, modulus.Power(2, 64));
        ConstantMultiplier one = new(modulus, 1);
        ulong sum = 0;
        for (int start = 0; start < weights.Length; start += Fold)
        {
            UInt128 wide = sum;
            int end = Math.Min(weights.Length, start + Fold);
            for (int k = start; k < end; k++)
            {
                wide += Math.BigMul(weights[k], values[k]);
            }

            sum = upper.MultiplyAdd((ulong)(wide >> 64), one.Multiply((ulong)wide));
        }

        return sum;
    }
}
