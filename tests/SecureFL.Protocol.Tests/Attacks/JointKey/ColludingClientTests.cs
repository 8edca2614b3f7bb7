using System.Numerics;
using SecureFL.Messages.JointKey;
using SecureFL.Messages.Rounds;
using SecureFL.Protocol.Plans;
using SecureFL.Protocol.Roles;
using SecureFL.Protocol.Rules;
using SecureFL.Protocol.Suites.JointKey;
using SecureFL.Protocol.Suites.JointKey.Layout;
using SecureFL.Protocol.Summation;
using SecureFL.Rlwe.JointKey;

namespace SecureFL.Protocol.Tests.Attacks.JointKey;

/// <summary>
/// The suite's known limit: without proofs of well-formedness a client that colludes with the server sends (0, K) and
/// reads the joint key out of the opened sum. SECURITY.md names it in its first table. The one-time-key suite needs no
/// such assumption.
/// </summary>
public sealed class ColludingClientTests
{
    private const int Colluder = 0;
    private const int Victim = 3;

    [Fact]
    public void Documented_a_client_that_colludes_with_the_server_reads_the_joint_key_and_then_any_client()
    {
        using JointKeyScenario scenario = new(vectorLength: 500);
        AggregationPlan plan = scenario.Plan;
        BigInteger delta = BigInteger.One << plan.Parameters.LogDelta;
        Assert.Equal(1, plan.Parameters.ChunkCount);

        // A vector of 500 leaves the coefficients from 512 on empty. K = Delta (1 + 9 X^512) puts s_j + 9 s_(j-512)
        // there, and |s_j| <= H = 3.
        RoundInvitation round = scenario.OpenRound();
        AggregationServer server = scenario.StartServer(round);
        foreach (int client in new[] { 1, 2, Victim })
        {
            server.Accept(scenario.Clients[client].Encrypt(round, scenario.Vector(client)));
        }

        server.Accept(Send(scenario, round,
            [.. new byte[plan.JointKey.PolynomialBytes], .. PackedPolynomial.Of(plan, Key(plan, delta))]));
        RoundCertificate certificate = scenario.Agree(server);
        AggregationResult result = scenario.Open(server, certificate);
        Assert.True(result.Groups.Single().IsOpened);

        int[] secret = ReadSecret(plan, Combined(scenario, server, certificate));
        Assert.All(secret, s => Assert.InRange(s, -3, 3));
        Assert.Equal(7, secret.Distinct().Count());

        // With s the colluders decrypt the victim's own ciphertext, which the server has.
        float[] vector = Decrypt(scenario, server, secret);
        Assert.Equal(scenario.Vector(Victim)[..8], vector, (a, b) => Math.Abs(a - b) <= plan.Parameters.Step);
    }

    private static Contribution Send(JointKeyScenario scenario, RoundInvitation round, byte[] packed)
    {
        using ContributionRoot root = new(scenario.Plan);
        using ContributionDigest digest = new(scenario.Plan);
        root.Append(packed);
        digest.Append(0, packed);
        byte[] linear = digest.Finish();
        ContributionStatement statement = ContributionStatement.Create(
            round.Opening.Context, round.Opening.Hash, Colluder, round.Head.Hash, root.Finish(),
            ContributionDigest.HashOf(linear), [], [], scenario.Identities.Clients[Colluder]);
        return new Contribution(new ContributionHeader(statement, [], linear),
            [new ContributionChunk(round.Opening.Context, Colluder, 0, packed)]);
    }

    // What every server computes: c0 + the partial decryptions.
    private static byte[] Combined(JointKeyScenario scenario, AggregationServer server, RoundCertificate certificate)
    {
        AggregationPlan plan = scenario.Plan;
        using PackedPolynomialSum sum = new(plan.JointKey.Ckks);
        byte[] packed = new byte[plan.JointKey.PolynomialBytes];
        server.JointKey.ReadSummedFirst(0, 0, packed);
        sum.Add(packed);
        foreach (int holder in certificate.Proposal.JointKey!.ActiveSet)
        {
            sum.Add(scenario.Partials(certificate.Proposal, holder)[0].Packed.Span);
        }

        sum.Encode(packed);
        return packed;
    }

    private static BigInteger[] Key(AggregationPlan plan, BigInteger delta)
    {
        BigInteger[] coefficients = new BigInteger[plan.Parameters.RingDegree];
        coefficients[0] = delta;
        coefficients[512] = 9 * delta;
        return coefficients;
    }

    private static int[] ReadSecret(AggregationPlan plan, byte[] combined)
    {
        BigInteger[] messages = Messages(plan, Coefficients(plan, combined));
        int[] secret = new int[messages.Length];
        for (int j = 512; j < secret.Length; j++)
        {
            secret[j] = (int)Centred(messages[j], 9);
            secret[j - 512] = (int)((messages[j] - secret[j]) / 9);
        }

        return secret;
    }

    private static float[] Decrypt(JointKeyScenario scenario, AggregationServer server, int[] secret)
    {
        AggregationPlan plan = scenario.Plan;
        BigInteger modulus = Modulus(plan);
        byte[] chunk = new byte[plan.Parameters.ChunkBytes];
        server.JointKey.ReadContribution(Victim, 0, chunk);
        BigInteger[] c0 = Coefficients(plan, chunk.AsSpan(0, plan.JointKey.PolynomialBytes));
        BigInteger[] c1 = Coefficients(plan, chunk.AsSpan(plan.JointKey.PolynomialBytes));
        float[] values = new float[8];
        for (int k = 0; k < values.Length; k++)
        {
            BigInteger value = c0[k];
            for (int i = 0; i < c1.Length; i++)
            {
                // X^N = -1.
                value += c1[i] * secret[(k - i + c1.Length) % c1.Length] * (i <= k ? 1 : -1);
            }

            BigInteger message = Messages(plan, [Centred(value, modulus)])[0];
            values[k] = (float)((double)Centred(message, plan.Parameters.Layout.Radices[0]) * plan.Parameters.Step);
        }

        return values;
    }

    private static BigInteger[] Messages(AggregationPlan plan, BigInteger[] coefficients)
    {
        BigInteger delta = BigInteger.One << plan.Parameters.LogDelta;
        return [.. coefficients.Select(y => (y - Centred(y, delta)) / delta)];
    }

    private static BigInteger[] Coefficients(AggregationPlan plan, ReadOnlySpan<byte> packed)
    {
        BigInteger modulus = Modulus(plan);
        BigInteger[] values = new BigInteger[plan.Parameters.RingDegree];
        for (int i = 0; i < plan.Parameters.Primes.Length; i++)
        {
            BigInteger prime = plan.Parameters.Primes[i];
            BigInteger unit = modulus / prime * BigInteger.ModPow(modulus / prime, prime - 2, prime);
            ulong[] residues = PackedPolynomial.Read(plan, packed, i);
            for (int k = 0; k < values.Length; k++)
            {
                values[k] += residues[k] * unit;
            }
        }

        return [.. values.Select(value => Centred(value, modulus))];
    }

    private static BigInteger Modulus(AggregationPlan plan) =>
        plan.Parameters.Primes.Aggregate(BigInteger.One, (product, p) => product * p);

    private static BigInteger Centred(BigInteger value, BigInteger modulus)
    {
        BigInteger residue = ((value % modulus) + modulus) % modulus;
        return residue > modulus / 2 ? residue - modulus : residue;
    }
}
