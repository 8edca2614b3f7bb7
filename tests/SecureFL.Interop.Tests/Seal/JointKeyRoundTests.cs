using SecureFL.Local;
using SecureFL.Messages.Counters;
using SecureFL.Messages.Primitives;
using SecureFL.Messages.Rounds;
using SecureFL.Protocol.Plans;
using SecureFL.Protocol.Roles;
using SecureFL.Protocol.Suites.JointKey;
using SecureFL.Protocol.Summation;
using SecureFL.Rlwe.Contributions;
using SecureFL.Rlwe.JointKey;
using SecureFL.Rlwe.Planning;
using SecureFL.Rlwe.Quantization;
using SecureFL.Rlwe.Tests;
using SecureFL.Seal.Serialization;
using SecureFL.Seal.Wire;
using SecureFL.Testing;

namespace SecureFL.Interop.Tests.Seal;

/// <summary>The real SEAL as a client of the joint-key suite.</summary>
public sealed class JointKeyRoundTests
{
    private const int Length = 400_000;

    /// <summary>
    /// SEAL loads parameters, the joint public key that three holders made, and the plaintexts of one site's update; it
    /// encrypts them; the site signs; and the opened sum is the integer sum of all sites' quantised values, to the last
    /// bit.
    /// </summary>
    [Fact]
    public void A_seal_programs_contribution_is_summed_exactly()
    {
        using LocalConsortium session = LocalConsortium.Create(
            Length, 1f, 16, 4, 3, 3, 2, 1, suite: Suite.JointKey, wire: WireMode.Seal,
            counters: new CounterLayout(0, new Counter("rows", 100_000)));
        AggregationPlan plan = session.Plan;
        Assert.True(plan.Parameters.ChunkCount > 1);
        using AggregationServer server = session.OpenRound();
        Contribution foreign = InFolder(folder =>
        {
            SealExchange exchange = new(plan, session.KeyEpoch!);
            int chunk = 0;
            exchange.WritePlaintexts(Vector(3), [103],
                plaintext => File.WriteAllBytes(Path.Combine(folder, $"plain-{chunk++}.bin"), plaintext),
                Rounding.Nearest);
            ReadOnlyMemory<byte>[] ciphertexts =
                Encrypt(folder, exchange.CreateParameters(), exchange.CreatePublicKey(), chunk);
            Assert.Equal(plan.Parameters.WireChunkBytes, ciphertexts[0].Length);
            Contribution contribution = session.Clients[3].Import(server.Round, ciphertexts);

            // What SEAL saved uncompressed travels as it is, byte for byte.
            Assert.True(ciphertexts[0].Span.SequenceEqual(contribution.Chunks[0].Packed.Span));
            return contribution;
        });
        for (int site = 0; site < 3; site++)
        {
            server.Accept(session.Clients[site].Encrypt(server.Round, Vector(site), [100 + site], Rounding.Nearest,
                roundingSeed: null));
        }

        server.Accept(foreign);
        AggregationResult result = session.Open(server, session.Release(server));
        Assert.Equal(GroupStatus.Opened, result.Groups[0].Status);
        Assert.Equal([406], result.Counters);
        Assert.Equal(Expected(plan), result.GroupSum(0)!.Value.Span[..Length].ToArray());
    }

    /// <summary>
    /// The noise of real SEAL ciphertexts, seen with all key shares: what JointKeyParameters computes for division by
    /// the special prime, within 10 % (probability of more below 2^-40 over so many coefficients), and below the noise
    /// that the plan's bounds allow a client.
    /// </summary>
    [Fact]
    public void The_noise_of_real_seal_ciphertexts_is_below_the_plans() => InFolder(folder =>
    {
        AggregationParameters parameters = JointKeyCeremony.Plan(100, 8, 10, wire: WireMode.Seal);
        using JointKeyCeremony ceremony = new(parameters);
        using TestEntropy entropy = new(1);
        using SealPlaintextEncoder encoder = new(parameters, entropy);
        for (int i = 0; i < 2; i++)
        {
            File.WriteAllBytes(Path.Combine(folder, $"plain-{i}.bin"), encoder.EncodeChunk(0, new float[100], []));
        }

        double rounding = (1 + (2.0 * parameters.JointKey!.KeyHolders * parameters.RingDegree / 3)) / 12;
        byte[] packed = new byte[parameters.ChunkBytes];
        foreach (ReadOnlyMemory<byte> ciphertext in
            Encrypt(folder, SealFormat.Save(parameters.ToSeal()),
                SealFormat.Save(ceremony.PublicKey.ToSeal(parameters.ToSeal())), 2))
        {
            new SealChunkCodec(parameters).Import(ciphertext.Span, packed);
            double variance = EncryptionNoise.Variance(ceremony, packed);
            Assert.InRange(variance / rounding, 0.9, 1.1);
            Assert.True(variance * parameters.MaxClients < Math.Pow(parameters.JointKey.CiphertextDeviation, 2) / 100);
        }

        return true;
    });

    private static ReadOnlyMemory<byte>[] Encrypt(string folder, byte[] parameters, byte[] publicKey, int plaintexts)
    {
        File.WriteAllBytes(Path.Combine(folder, "parms.bin"), parameters);
        File.WriteAllBytes(Path.Combine(folder, "public_key.bin"), publicKey);
        NodeSeal.Run("encrypt.cjs", folder);
        return [.. Enumerable.Range(0, plaintexts)
            .Select(chunk => (ReadOnlyMemory<byte>)File.ReadAllBytes(Path.Combine(folder, $"cipher-{chunk}.bin")))];
    }

    private static float[] Vector(int site) =>
        [.. Enumerable.Range(0, Length).Select(i => MathF.Sin((i * 0.37f) + site) * 1.1f)];

    private static long[] Expected(AggregationPlan plan)
    {
        long[] sums = new long[Length];
        for (int site = 0; site < 4; site++)
        {
            int[] quantised = new int[Length];
            Quantizer quantizer = new(plan.Parameters.Bits, plan.Parameters.Clip, Rounding.Nearest, 0);
            quantizer.BeginChunk(0);
            quantizer.Quantize(Vector(site), quantised);
            for (int i = 0; i < Length; i++)
            {
                sums[i] += quantised[i];
            }
        }

        return sums;
    }

    private static T InFolder<T>(Func<string, T> use)
    {
        DirectoryInfo folder = Directory.CreateTempSubdirectory("securefl-seal-");
        try
        {
            return use(folder.FullName);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }
}
