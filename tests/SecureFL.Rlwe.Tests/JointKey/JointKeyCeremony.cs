using SecureFL.Rlwe.Contributions;
using SecureFL.Rlwe.JointKey;
using SecureFL.Rlwe.Planning;
using SecureFL.Rlwe.Quantization;
using SecureFL.Testing;
using SecureFL.Threshold.JointKey;

namespace SecureFL.Rlwe.Tests;

/// <summary>
/// All key holders of a joint key in one place: generation, sharing, partial decryption; and clients that encrypt under
/// it.
/// </summary>
internal sealed class JointKeyCeremony : IDisposable
{
    internal static readonly byte[] ReferenceSeed = [.. Enumerable.Range(0, 32).Select(i => (byte)(5 * i))];
    internal static readonly byte[] Challenge = [.. Enumerable.Range(0, 32).Select(i => (byte)(11 * i))];
    private static readonly byte[] Context = new byte[32];

    internal JointKeyCeremony(AggregationParameters parameters, int seed = 1)
    {
        Parameters = parameters;
        JointKeyParameters joint = parameters.JointKey!;
        PublicKeyGenProtocol protocol = new(parameters.KeySet, ReferenceSeed);
        Sharing = new RingShamirSharing(parameters.Ckks, joint.Threshold, joint.KeyHolders);
        Shares = [.. Enumerable.Range(1, joint.KeyHolders).Select(holder => new ThresholdKeyShare(Sharing, holder))];
        List<PublicKeyGenShare> published = [];
        for (int dealer = 1; dealer <= joint.KeyHolders; dealer++)
        {
            using TestEntropy entropy = new((1000 * seed) + dealer);
            (JointSecretShare secret, PublicKeyGenShare share) = protocol.GenerateShare(entropy);
            published.Add(PublicKeyGenShare.Parse(parameters.KeySet, share.Encoded));
            using RingShares dealt = Sharing.Deal(secret, entropy);
            byte[][] payloads = [.. Shares.Select(_ => new byte[Sharing.PayloadBytes])];
            for (int holder = 1; holder <= joint.KeyHolders; holder++)
            {
                dealt.WritePayload(holder, payloads[holder - 1]);
            }

            byte[] proof = dealt.CreateProof(Challenge);
            for (int holder = 1; holder <= joint.KeyHolders; holder++)
            {
                Shares[holder - 1].Add(payloads[holder - 1], Challenge, proof);
            }

            secret.Dispose();
        }

        PublicKey = protocol.Aggregate(published);
    }

    internal AggregationParameters Parameters { get; }

    internal RingShamirSharing Sharing { get; }

    internal ThresholdKeyShare[] Shares { get; }

    internal JointPublicKey PublicKey { get; }

    internal static AggregationParameters Plan(long length, int bits, int clients, int holders = 5, int threshold = 3,
        long rounds = 1000, int smudging = 43, int integers = 0, WireMode wire = WireMode.Packed) =>
        AggregationPlanner.Plan(new PlanningRequest(length, bits, 1f, clients, integers,
            JointKey: new JointKeyRequest(holders, threshold, rounds, smudging, wire)));

    /// <summary>One client's packed chunks and the integers it quantised.</summary>
    internal (byte[] Packed, long[] Quantised) Encrypt(int client, bool extreme = false, bool prepare = false)
    {
        using TestEntropy entropy = new(client);
        using JointKeyEncryptor encryptor = new(Parameters, PublicKey, entropy, Rounding.Stochastic, (ulong)client);
        Quantizer quantizer = new(Parameters.Bits, Parameters.Clip, Rounding.Stochastic, (ulong)client);
        byte[] packed = new byte[Parameters.CiphertextBytes];
        long[] quantised = new long[Parameters.VectorLength];
        Random random = new(client);
        for (long chunk = 0; chunk < Parameters.ChunkCount; chunk++)
        {
            float[] floats = [.. Enumerable.Range(0, Parameters.FloatsIn(chunk))
                .Select(i => extreme ? (i % 3 == 0 ? -1f : 1f) : (random.NextSingle() * 2) - 1)];
            int[] integers = [.. Enumerable.Range(0, Parameters.IntegersIn(chunk))
                .Select(_ => random.Next(-Parameters.MaxQuantised, Parameters.MaxQuantised + 1))];
            if (prepare)
            {
                encryptor.PrepareChunk();
            }

            encryptor.EncryptChunk(chunk, floats, integers,
                packed.AsSpan((int)(chunk * Parameters.ChunkBytes), Parameters.ChunkBytes));
            int[] here = new int[floats.Length];
            quantizer.BeginChunk(chunk);
            quantizer.Quantize(floats, here);
            Span<long> to = quantised.AsSpan((int)(chunk * Parameters.ElementsPerChunk), Parameters.ElementsIn(chunk));
            for (int i = 0; i < to.Length; i++)
            {
                to[i] = i < here.Length ? here[i] : integers[i - here.Length];
            }
        }

        return (packed, quantised);
    }

    internal byte[] PartiallyDecrypt(int holder, ActiveSet active, long chunk, ReadOnlySpan<byte> encodedSum)
    {
        using PartialDecryptionProtocol protocol =
            new(Parameters.JointKey!, Shares[holder - 1], active, Seed(holder), Context);
        byte[] share = new byte[protocol.ShareBytes];
        protocol.CreateShare(chunk, encodedSum[Parameters.PolynomialBytes..], share);
        return share;
    }

    /// <summary>Opens all chunks with the partial decryptions of the active set.</summary>
    internal long[] Open(ContributionAccumulator accumulator, JointKeyOpener opener, params int[] holders)
    {
        ActiveSet active = new(Sharing, holders);
        PartialDecryptionProtocol[] protocols =
            [
                .. holders.Select(
                    holder => new PartialDecryptionProtocol(Parameters.JointKey!, Shares[holder - 1], active,
                        Seed(holder), Context))];
        byte[] encoded = new byte[Parameters.ChunkBytes];
        byte[] share = new byte[Parameters.PolynomialBytes];
        long[] sums = new long[Parameters.VectorLength];
        for (long chunk = 0; chunk < Parameters.ChunkCount; chunk++)
        {
            accumulator.EncodeSum(chunk, encoded);
            opener.BeginChunk(chunk, accumulator);
            foreach (PartialDecryptionProtocol protocol in protocols)
            {
                protocol.CreateShare(chunk, encoded.AsSpan(Parameters.PolynomialBytes), share);
                opener.AddPartialDecryption(share);
            }

            opener.FinishChunk(sums.AsSpan((int)(chunk * Parameters.ElementsPerChunk), Parameters.ElementsIn(chunk)));
        }

        Array.ForEach(protocols, protocol => protocol.Dispose());
        return sums;
    }

    public void Dispose() => Array.ForEach(Shares, share => share.Dispose());

    private static byte[] Seed(int holder) => [.. Enumerable.Range(0, 32).Select(i => (byte)(holder + i))];
}
