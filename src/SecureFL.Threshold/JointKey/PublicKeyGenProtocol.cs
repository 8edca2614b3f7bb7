using SecureFL.Ring.Memory;
using SecureFL.Ring.Randomness;
using SecureFL.Ring.Sampling;
using SecureFL.Rlwe.JointKey;
using SecureFL.Rlwe.Parameters;

namespace SecureFL.Threshold.JointKey;

/// <summary>
/// Distributed generation of a joint public key (Mouchet, Troncoso-Pastoriza, Bossuat, Hubaux, "Multiparty homomorphic
/// encryption from ring-learning-with-errors", PoPETs 2021): every holder draws s_k, publishes b_k = -a s_k + e_k over
/// a common a, and the key is (sum b_k, a). Each b_k must be committed to by a hash before any is revealed, or the last
/// holder chooses the key. Immutable, thread-safe.
/// </summary>
public sealed class PublicKeyGenProtocol
{
    private readonly byte[] _referenceSeed;
    private readonly AlignedBuffer<ulong> _reference;

    /// <summary>The protocol of one key epoch.</summary>
    /// <param name="parameters">A set with ternary secrets.</param>
    /// <param name="referenceSeed">32 bytes that no party could choose: a hash over nonces of all holders.</param>
    /// <exception cref="ArgumentException">Another secret distribution, or another length of the seed.</exception>
    public PublicKeyGenProtocol(CkksParameters parameters, ReadOnlySpan<byte> referenceSeed)
    {
        ArgumentNullException.ThrowIfNull(parameters);
        JointPublicKey.RequireTernary(parameters);
        Parameters = parameters;
        _referenceSeed = referenceSeed.ToArray();
        _reference = new AlignedBuffer<ulong>(ResiduePacking.Words(parameters));
        ReferencePolynomial.Expand(parameters, referenceSeed, _reference.Span);
    }

    /// <summary>The set.</summary>
    public CkksParameters Parameters { get; }

    /// <summary>Draws a holder's secret and its share of the public key.</summary>
    /// <param name="entropy">Secret randomness; a stream of its own for the secret and for the error.</param>
    public (JointSecretShare Secret, PublicKeyGenShare Share) GenerateShare(IEntropySource entropy)
    {
        ArgumentNullException.ThrowIfNull(entropy);
        int degree = Parameters.RingDegree;
        JointSecretShare secret = new(degree);
        using SecretBuffer<int> negated = new(degree);
        using SecretBuffer<int> errors = new(degree);
        using SecretBuffer<ulong> prepared = new(degree);
        Draw(new TernarySampler(degree), entropy, secret.Coefficients);
        Draw(Parameters.Error.CreateSampler(degree), entropy, errors.Span);
        for (int i = 0; i < degree; i++)
        {
            negated.Span[i] = -secret.Coefficients[i];
        }

        AlignedBuffer<ulong> residues = new(_reference.Length);
        for (int i = 0; i < Parameters.Moduli.Length; i++)
        {
            Parameters.Kernels[i].Prepare(negated.Span, prepared.Span);
            Parameters.Kernels[i].MultiplyAdd(
                _reference.Span.Slice(i * degree, degree), prepared.Span, errors.Span,
                residues.Span.Slice(i * degree, degree));
        }

        return (secret, PublicKeyGenShare.Create(Parameters, residues.Span));
    }

    /// <summary>The joint public key of all holders' shares.</summary>
    /// <exception cref="ArgumentException">No share, or one of other parameters.</exception>
    public JointPublicKey Aggregate(IReadOnlyCollection<PublicKeyGenShare> shares)
    {
        ArgumentNullException.ThrowIfNull(shares);
        if (shares.Count == 0 || shares.Any(share => !share.Parameters.Equals(Parameters)))
        {
            throw new ArgumentException(
                $"{shares.Count} shares, one or more of them of other parameters than {Parameters}", nameof(shares));
        }

        int degree = Parameters.RingDegree;
        AlignedBuffer<ulong> sum = new(_reference.Length);
        AlignedBuffer<ulong> one = new(_reference.Length);
        foreach (PublicKeyGenShare share in shares)
        {
            ResiduePacking.Unpack(Parameters, share.Encoded, one.Span, "public key share");
            for (int i = 0; i < Parameters.Moduli.Length; i++)
            {
                RingResidues.Add(Parameters.Moduli[i], one.Span.Slice(i * degree, degree),
                    sum.Span.Slice(i * degree, degree));
            }
        }

        byte[] encoded = new byte[ResiduePacking.Bytes(Parameters)];
        ResiduePacking.Pack(Parameters, sum.Span, encoded);
        return JointPublicKey.Parse(Parameters, _referenceSeed, encoded);
    }

    private static void Draw(ISmallSampler sampler, IEntropySource entropy, Span<int> samples)
    {
        using (sampler)
        {
            using Keystream stream = Keystream.Create(entropy);
            sampler.Fill(stream, samples);
        }
    }
}
