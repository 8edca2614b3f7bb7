namespace SecureFL.Ring.Kernels;

/// <summary>
/// The order of a polynomial's values in evaluation form. Position 64g + 8c + r holds a(psi^(2*bitrev(64g + 8r + c) +
/// 1)): the usual bit-reversed order with each group of 64 transposed as an 8 x 8 square, which lets every vector width
/// run the last levels without shuffles.
/// </summary>
internal static class EvaluationOrder
{
    /// <summary>The index in bit-reversed order of what stands at a position; its own inverse.</summary>
    internal static int Transpose(int position) => (position & ~63) | ((position & 7) << 3) | ((position >> 3) & 7);

    internal static int ReverseBits(int value, int bits)
    {
        uint reversed = 0;
        for (int i = 0; i < bits; i++)
        {
            reversed = (reversed << 1) | (((uint)value >> i) & 1);
        }

        return (int)reversed;
    }
}
