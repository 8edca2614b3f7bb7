using SecureFL.Rlwe.OneTimeKey;
using SecureFL.Rlwe.Parameters;

namespace SecureFL.Rlwe.JointKey;

/// <summary>
/// The common reference polynomial a of a key epoch, in evaluation form: chunk 0 of vector 0 of
/// <see cref="PublicPolynomialExpander"/> under the epoch's seed.
/// </summary>
internal static class ReferencePolynomial
{
    internal static void Expand(CkksParameters parameters, ReadOnlySpan<byte> seed, Span<ulong> residues)
    {
        using PublicPolynomialExpander expander = new(parameters, seed);
        for (int i = 0; i < parameters.Moduli.Length; i++)
        {
            expander.Expand(0, 0, i, residues.Slice(i * parameters.RingDegree, parameters.RingDegree));
        }
    }
}
