using System.Numerics;
using SecureFL.Ring.Arithmetic;
using SecureFL.Ring.Memory;
using SecureFL.Seal.Objects;
using SecureFL.Seal.Parameters;

namespace SecureFL.Seal.Encoders;

/// <summary>
/// The coefficients of a plaintext as integers in (-q/2, q/2), by Garner's recombination with centred digits: x = d_0 +
/// d_1 p_0 + d_2 p_0 p_1 + ..., |d_j| &lt; p_j/2. The greatest such sum is (q - 1)/2, so the digits of a centred
/// integer are centred. Not thread-safe; no allocation after construction.
/// </summary>
internal sealed class MixedRadix
{
    private readonly SealParameters _parameters;
    private readonly AlignedBuffer<ulong> _residues;
    private readonly AlignedBuffer<long>[] _digits;
    private readonly ulong[,] _inverses;
    private readonly double[] _weights;

    internal MixedRadix(SealParameters parameters)
    {
        int count = parameters.Moduli.Length;
        _parameters = parameters;
        _residues = new AlignedBuffer<ulong>(parameters.RingDegree);
        _digits = [.. Enumerable.Range(0, count + 1).Select(_ => new AlignedBuffer<long>(parameters.RingDegree))];
        _inverses = new ulong[count, count];
        _weights = new double[count];
        double weight = 1;
        for (int j = 0; j < count; j++)
        {
            Modulus p = parameters.Moduli[j];
            for (int i = 0; i < j; i++)
            {
                _inverses[i, j] = p.Inverse(parameters.Moduli[i].Value % p.Value);
            }

            _weights[j] = weight;
            weight *= p.Value;
        }
    }

    /// <summary>
    /// Digit j of every coefficient; valid after <see cref="Load"/>, for j below the plaintext's primes.
    /// </summary>
    internal ReadOnlySpan<long> Digits(int j) => _digits[j].Span;

    internal void Load(Plaintext plaintext)
    {
        ReadOnlySpan<long> zero = _digits[^1].Span;
        for (int j = 0; j < plaintext.Primes; j++)
        {
            plaintext.Writable(j).CopyTo(_residues.Span);
            _parameters.Transforms[j].SwapOrder(_residues.Span);
            _parameters.Transforms[j].Inverse(_residues.Span);
            Span<long> digits = _digits[j].Span;
            _parameters.Residues[j].SubtractMultiply(_residues.Span, zero, 1, digits);
            for (int i = 0; i < j; i++)
            {
                // A centred digit is what SubtractMultiply takes away; the value it is taken from is a residue again.
                digits.CopyTo(System.Runtime.InteropServices.MemoryMarshal.Cast<ulong, long>(_residues.Span));
                _parameters.Residues[j].SubtractMultiply(_residues.Span, _digits[i].Span, _inverses[i, j], digits);
            }
        }
    }

    /// <summary>
    /// The coefficients from <paramref name="first"/> on as doubles, each within a few units in the last place of
    /// itself.
    /// </summary>
    internal void ToDoubles(int primes, int first, Span<double> values)
    {
        values.Clear();
        for (int j = primes - 1; j >= 0; j--)
        {
            Vector<double> weight = new(_weights[j]);
            ReadOnlySpan<long> digits = _digits[j].Span.Slice(first, values.Length);
            for (int i = 0; i < values.Length; i += Vector<double>.Count)
            {
                Vector<double> sum = new Vector<double>(values[i..])
                    + (Vector.ConvertToDouble(new Vector<long>(digits[i..])) * weight);
                sum.CopyTo(values[i..]);
            }
        }
    }

    /// <summary>One coefficient exactly.</summary>
    internal BigInteger Exact(int primes, int coefficient)
    {
        BigInteger value = BigInteger.Zero;
        for (int j = primes - 1; j >= 0; j--)
        {
            value = (value * _parameters.Moduli[j].Value) + _digits[j].Span[coefficient];
        }

        return value;
    }
}
