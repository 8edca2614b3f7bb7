using System.Buffers.Binary;
using SecureFL.Ring.Arithmetic;
using SecureFL.Ring.Memory;
using SecureFL.Ring.Randomness;
using SecureFL.Rlwe.JointKey;
using SecureFL.Rlwe.Parameters;

namespace SecureFL.Threshold.JointKey;

/// <summary>
/// A key holder's share of the joint secret: the sum, over all dealers k, of f_k(j). Any t such shares decrypt. Secret
/// for the life of the key; pinned, erased on dispose. Not thread-safe.
/// </summary>
public sealed class ThresholdKeyShare : IDisposable
{
    private readonly SecretBuffer<ulong> _residues;
    private readonly SecretBuffer<ulong> _one;

    /// <summary>A sum without shares yet.</summary>
    /// <param name="sharing">The sizes.</param>
    /// <param name="holder">j, this holder's index in the plan, 1..H.</param>
    public ThresholdKeyShare(RingShamirSharing sharing, int holder)
    {
        ArgumentNullException.ThrowIfNull(sharing);
        sharing.CheckHolder(holder);
        Sharing = sharing;
        Holder = holder;
        _residues = new SecretBuffer<ulong>(ResiduePacking.Words(sharing.Parameters));
        _one = new SecretBuffer<ulong>(_residues.Length);
    }

    /// <summary>The sizes.</summary>
    public RingShamirSharing Sharing { get; }

    /// <summary>j.</summary>
    public int Holder { get; }

    /// <summary>Dealers' shares added so far; the key is whole at H.</summary>
    public int Dealers { get; private set; }

    /// <summary>Bytes of the stored form.</summary>
    public int EncodedBytes => ResiduePacking.Bytes(Sharing.Parameters);

    /// <summary>Checks a dealer's payload against its proof, and adds it.</summary>
    /// <param name="payload">The decrypted share of this holder.</param>
    /// <param name="challenge">The 32 bytes the proof was created from, recomputed by this holder.</param>
    /// <param name="proof">The dealer's public proof.</param>
    /// <exception cref="ThresholdViolationException">Malformed, or not on the dealer's polynomials; nothing was
    /// added.</exception>
    public void Add(ReadOnlySpan<byte> payload, ReadOnlySpan<byte> challenge, ReadOnlySpan<byte> proof)
    {
        CkksParameters parameters = Sharing.Parameters;
        if (payload.Length != Sharing.PayloadBytes)
        {
            throw new ThresholdViolationException(ThresholdViolation.FieldLength, "key share",
                $"{Sharing.PayloadBytes} bytes", $"{payload.Length} bytes");
        }

        if (proof.Length != Sharing.ProofBytes)
        {
            throw new ThresholdViolationException(ThresholdViolation.FieldLength, "key share proof",
                $"{Sharing.ProofBytes} bytes", $"{proof.Length} bytes");
        }

        try
        {
            RingResidues.Unpack(parameters, payload[..^Sharing.MaskBytes], _one.Span, "key share");
            Check(payload[^Sharing.MaskBytes..], challenge, proof);
            int degree = parameters.RingDegree;
            for (int prime = 0; prime < parameters.Moduli.Length; prime++)
            {
                RingResidues.Add(parameters.Moduli[prime], _one.Span.Slice(prime * degree, degree),
                    _residues.Span.Slice(prime * degree, degree));
            }

            Dealers++;
        }
        finally
        {
            _one.Clear();
        }
    }

    /// <summary>Writes the stored form, EncodedBytes bytes. Secret: to be kept encrypted at rest.</summary>
    public void Encode(Span<byte> destination) => ResiduePacking.Pack(Sharing.Parameters, _residues.Span, destination);

    /// <summary>Reads the stored form of a whole key share.</summary>
    /// <exception cref="ThresholdViolationException">Wrong length, or a residue that is not below its
    /// prime.</exception>
    public static ThresholdKeyShare Decode(RingShamirSharing sharing, int holder, ReadOnlySpan<byte> encoded)
    {
        ThresholdKeyShare share = new(sharing, holder) { Dealers = sharing.Holders };
        RingResidues.Unpack(sharing.Parameters, encoded, share._residues.Span, "stored key share");
        return share;
    }

    /// <summary>Erases the share.</summary>
    public void Dispose()
    {
        _residues.Dispose();
        _one.Dispose();
    }

    /// <summary>Says nothing about the share.</summary>
    public override string ToString() => "ThresholdKeyShare";

    /// <summary>The share modulo the prime of that index.</summary>
    internal ReadOnlySpan<ulong> Residues(int prime) =>
        _residues.Span.Slice(prime * Sharing.Parameters.RingDegree, Sharing.Parameters.RingDegree);

    private void Check(ReadOnlySpan<byte> masks, ReadOnlySpan<byte> challenge, ReadOnlySpan<byte> proof)
    {
        CkksParameters parameters = Sharing.Parameters;
        using RingShareChallenge weights = new(parameters, challenge);
        AlignedBuffer<ulong> row = new(parameters.RingDegree);
        ulong difference = 0;
        for (int prime = 0; prime < parameters.Moduli.Length; prime++)
        {
            Modulus modulus = parameters.Moduli[prime];
            ConstantMultiplier x = new(modulus, (ulong)Holder);
            for (int mask = 0; mask < RingShamirSharing.MaskCount; mask++)
            {
                int index = (prime * RingShamirSharing.MaskCount) + mask;
                ulong own = Word(masks, index, modulus, "key share mask");
                weights.Expand(prime, mask, row.Span);
                ulong actual = ConstantMultiplier.SubtractIfAtLeast(
                    own + RingResidues.DotProduct(modulus, row.Span,
                        _one.Span.Slice(prime * parameters.RingDegree, parameters.RingDegree)), modulus.Value);
                ulong claimed = 0;
                for (int degree = Sharing.Threshold - 1; degree >= 0; degree--)
                {
                    claimed = x.MultiplyAdd(claimed,
                        Word(proof, (index * Sharing.Threshold) + degree, modulus, "key share proof"));
                }

                difference |= actual ^ claimed;
            }
        }

        if (difference != 0)
        {
            throw new ThresholdViolationException(ThresholdViolation.ShareMismatch, "key share",
                "a point of the dealer's combined polynomials", "another point");
        }
    }

    private static ulong Word(ReadOnlySpan<byte> words, int index, Modulus modulus, string field)
    {
        ulong word = BinaryPrimitives.ReadUInt64LittleEndian(words[(index * sizeof(ulong))..]);
        return word < modulus.Value
            ? word
            : throw new ThresholdViolationException(ThresholdViolation.WordOutOfRange, field,
                $"residues below {modulus}", "a larger residue");
    }
}
