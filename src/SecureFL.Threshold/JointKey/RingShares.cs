using System.Buffers.Binary;
using SecureFL.Ring.Arithmetic;
using SecureFL.Ring.Memory;
using SecureFL.Ring.Randomness;
using SecureFL.Rlwe.JointKey;
using SecureFL.Rlwe.Parameters;

namespace SecureFL.Threshold.JointKey;

/// <summary>
/// The dealer's side of one sharing over R_q, in its only order: write the payload of every holder, then create the
/// proof, once, from a challenge that hashes what the payloads were encrypted to. Creating the proof, or disposing,
/// erases every polynomial. Not thread-safe.
/// </summary>
public sealed class RingShares : IDisposable
{
    private readonly RingShamirSharing _sharing;
    private readonly CkksParameters _parameters;
    private readonly SecretBuffer<ulong> _polynomials;
    private readonly SecretBuffer<ulong> _values;
    private readonly int _columns;
    private ulong _written;
    private bool _erased;

    internal RingShares(RingShamirSharing sharing, ReadOnlySpan<int> secret, IEntropySource entropy)
    {
        _sharing = sharing;
        _parameters = sharing.Parameters;
        _columns = _parameters.RingDegree + RingShamirSharing.MaskCount;
        _polynomials = new SecretBuffer<ulong>(checked(sharing.Threshold * _parameters.Moduli.Length * _columns));
        _values = new SecretBuffer<ulong>(ResiduePacking.Words(_parameters));
        using Keystream stream = Keystream.Create(entropy);
        for (int prime = 0; prime < _parameters.Moduli.Length; prime++)
        {
            Modulus modulus = _parameters.Moduli[prime];
            Span<ulong> constants = Row(0, prime);
            for (int k = 0; k < secret.Length; k++)
            {
                constants[k] = (ulong)secret[k] + (modulus.Value & (ulong)((long)secret[k] >> 63));
            }

            RingResidues.FillUniform(stream, modulus, constants[secret.Length..]);
            for (int degree = 1; degree < sharing.Threshold; degree++)
            {
                RingResidues.FillUniform(stream, modulus, Row(degree, prime));
            }
        }
    }

    /// <summary>Writes the share of one holder.</summary>
    /// <param name="holder">Its index in the plan, 1..H.</param>
    /// <param name="destination">Exactly PayloadBytes bytes. Secret: to be encrypted to the holder and erased.</param>
    /// <exception cref="ArgumentException">No such holder, or a destination of another length.</exception>
    /// <exception cref="InvalidOperationException">The polynomials have been erased.</exception>
    public void WritePayload(int holder, Span<byte> destination)
    {
        RequireOpen();
        _sharing.CheckHolder(holder);
        SpanChecks.SameLength(_sharing.PayloadBytes, destination.Length);
        int degree = _parameters.RingDegree;
        using SecretBuffer<ulong> column = new(_columns);
        Span<byte> masks = destination[^_sharing.MaskBytes..];
        for (int prime = 0; prime < _parameters.Moduli.Length; prime++)
        {
            Evaluate((ulong)holder, prime, column.Span);
            column.Span[..degree].CopyTo(_values.Span.Slice(prime * degree, degree));
            foreach (ulong mask in column.Span[degree..])
            {
                BinaryPrimitives.WriteUInt64LittleEndian(masks, mask);
                masks = masks[sizeof(ulong)..];
            }
        }

        ResiduePacking.Pack(_parameters, _values.Span, destination[..^_sharing.MaskBytes]);
        _values.Clear();
        _written |= 1UL << (holder - 1);
    }

    /// <summary>Creates the proof and erases the polynomials.</summary>
    /// <param name="challenge">32 bytes that hash the context and every encrypted payload.</param>
    /// <exception cref="InvalidOperationException">A holder's payload has not been written, or a proof was created
    /// before.</exception>
    public byte[] CreateProof(ReadOnlySpan<byte> challenge)
    {
        RequireOpen();
        ulong all = ulong.MaxValue >> (64 - _sharing.Holders);
        if (_written != all)
        {
            throw new InvalidOperationException("the payload of every holder is written before the challenge exists");
        }

        byte[] proof = new byte[_sharing.ProofBytes];
        Span<byte> to = proof;
        using RingShareChallenge weights = new(_parameters, challenge);
        AlignedBuffer<ulong> row = new(_parameters.RingDegree);
        for (int prime = 0; prime < _parameters.Moduli.Length; prime++)
        {
            Modulus modulus = _parameters.Moduli[prime];
            for (int mask = 0; mask < RingShamirSharing.MaskCount; mask++)
            {
                weights.Expand(prime, mask, row.Span);
                for (int degree = 0; degree < _sharing.Threshold; degree++)
                {
                    ReadOnlySpan<ulong> coefficients = Row(degree, prime);
                    ulong sum = RingResidues.DotProduct(modulus, row.Span, coefficients[.._parameters.RingDegree])
                        + coefficients[_parameters.RingDegree + mask];
                    BinaryPrimitives.WriteUInt64LittleEndian(to,
                        ConstantMultiplier.SubtractIfAtLeast(sum, modulus.Value));
                    to = to[sizeof(ulong)..];
                }
            }
        }

        Dispose();
        return proof;
    }

    /// <summary>Erases the polynomials.</summary>
    public void Dispose()
    {
        _erased = true;
        _polynomials.Dispose();
        _values.Dispose();
    }

    /// <summary>Says nothing about the secret.</summary>
    public override string ToString() => "RingShares";

    private Span<ulong> Row(int degree, int prime) =>
        _polynomials.Span.Slice(((degree * _parameters.Moduli.Length) + prime) * _columns, _columns);

    /// <summary>Horner's rule on all columns at once; the point is public.</summary>
    private void Evaluate(ulong point, int prime, Span<ulong> values)
    {
        ConstantMultiplier x = new(_parameters.Moduli[prime], point);
        Row(_sharing.Threshold - 1, prime).CopyTo(values);
        for (int degree = _sharing.Threshold - 2; degree >= 0; degree--)
        {
            ReadOnlySpan<ulong> row = Row(degree, prime);
            for (int k = 0; k < values.Length; k++)
            {
                values[k] = x.MultiplyAdd(values[k], row[k]);
            }
        }
    }

    private void RequireOpen()
    {
        if (_erased)
        {
            throw new InvalidOperationException("the polynomials of this sharing have been erased");
        }
    }
}
