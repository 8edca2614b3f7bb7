using SecureFL.Ckks.JointKey;
using SecureFL.Ckks.Parameters;

namespace SecureFL.Aggregation;

/// <summary>Adds packed polynomials, see <see cref="PackedPolynomialSum"/>.</summary>
internal sealed class PolynomialSum(CkksParameters parameters) : IPolynomialSum
{
    private readonly PackedPolynomialSum _sum = new(parameters);

    public void Add(ReadOnlySpan<byte> packed)
    {
        try
        {
            _sum.Add(packed);
        }
        catch (ResidueFormatException refusal)
        {
            throw CiphertextRefusal.From(refusal);
        }
    }

    public void Write(Span<byte> packed) => _sum.Encode(packed);

    public void Clear() => _sum.Clear();

    public void Dispose() => _sum.Dispose();
}
