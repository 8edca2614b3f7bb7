using SecureFL.Messages.Rounds;
using SecureFL.Protocol.Plans;
using SecureFL.Protocol.Roles;
using SecureFL.Protocol.Suites.JointKey.KeyGeneration;
using SecureFL.Protocol.Summation;
using SecureFL.Ring.Randomness;
using SecureFL.Rlwe.Contributions;
using SecureFL.Rlwe.Quantization;
using SecureFL.Seal.Parameters;
using SecureFL.Seal.Serialization;
using SecureFL.Seal.Wire;

namespace SecureFL.Protocol.Suites.JointKey;

/// <summary>
/// What a site hands to a SEAL program that encrypts in the place of this library: parameters, the joint public key of
/// a key epoch, and its update as plaintexts. The program's ciphertexts come back through
/// <see cref="AggregationClient.Import(RoundInvitation, IReadOnlyList{ReadOnlyMemory{byte}})"/>, where the site's
/// identity signs them. Thread-safe.
/// </summary>
public sealed class SealExchange
{
    private readonly AggregationPlan _plan;
    private readonly SealParameters _seal;
    private readonly JointKeyEpoch _epoch;

    /// <summary>An exchange under one key.</summary>
    /// <param name="plan">A joint-key plan whose ciphertexts travel as SEAL objects.</param>
    /// <param name="epoch">The key in use, verified.</param>
    /// <exception cref="ArgumentException">Another plan.</exception>
    public SealExchange(AggregationPlan plan, JointKeyEpoch epoch)
    {
        ArgumentNullException.ThrowIfNull(plan);
        ArgumentNullException.ThrowIfNull(epoch);
        _seal = plan.Parameters.ToSeal();
        if (epoch.Record.Context.Plan != plan.Digest)
        {
            throw new ArgumentException(
                $"a key of plan {epoch.Record.Context.Plan.ToShortString()}, not of {plan.Digest.ToShortString()}",
                nameof(epoch));
        }

        _plan = plan;
        _epoch = epoch;
    }

    /// <summary>Plaintexts, and ciphertexts, of a contribution.</summary>
    public long ChunkCount => _plan.Parameters.ChunkCount;

    /// <summary>SEAL EncryptionParameters: the primes of the ciphertexts, then the special prime.</summary>
    public byte[] CreateParameters() => SealFormat.Save(_seal);

    /// <summary>The joint public key as a SEAL PublicKey.</summary>
    public byte[] CreatePublicKey() => SealFormat.Save(_epoch.Whole.ToSeal(_seal));

    /// <summary>
    /// Quantises and lane-packs a vector into SEAL plaintexts, chunk after chunk. Each is to be encrypted under the
    /// public key, once, and nothing else done to it: the scale, the level and the order are the plan's. The bytes are
    /// the site's secret.
    /// </summary>
    /// <param name="vector">The plan's number of values; NaN and infinity are refused before the first chunk.</param>
    /// <param name="counters">The plan's counters, the weight first; none where the plan has none.</param>
    /// <param name="take">Receives each chunk's SEAL Plaintext.</param>
    /// <param name="rounding">How values are quantised.</param>
    /// <param name="roundingSeed">Fixes stochastic rounding, for runs that must be repeatable. Null: drawn.</param>
    /// <exception cref="ArgumentException">A wrong length, a value that is not finite, a counter beyond its
    /// magnitude.</exception>
    public void WritePlaintexts(
        ReadOnlySpan<float> vector, ReadOnlySpan<long> counters, Action<byte[]> take,
        Rounding rounding = Rounding.Stochastic, ulong? roundingSeed = null)
    {
        ArgumentNullException.ThrowIfNull(take);
        VectorLayout layout = new(_plan);
        layout.RequireLength(vector);
        int[] integers = layout.SplitCounters(counters);
        float scale = layout.ScaleFor(counters);
        ContributionEncryptor.RequireFinite(vector);
        float[] scaled = new float[_plan.Parameters.ElementsPerChunk];
        using SealPlaintextEncoder encoder = new(_plan.Parameters, SystemEntropy.Instance, rounding, roundingSeed);
        for (long chunk = 0; chunk < ChunkCount; chunk++)
        {
            take(encoder.EncodeChunk(chunk, VectorLayout.Scale(layout.Floats(chunk, vector), scale, scaled),
                layout.Integers(chunk, integers)));
        }
    }
}
