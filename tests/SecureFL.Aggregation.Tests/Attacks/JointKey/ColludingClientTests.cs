using System.Numerics;

namespace SecureFL.Aggregation.Tests.Attacks.JointKey;

/// <summary>
/// The suite's known limit: without proofs of well-formedness a client that colludes with the server can send (0, Delta) and read the joint secret out of the opened
/// sum, in every place where it knows the honest messages: the padding behind the vector is zero. SECURITY.md says so.
/// </summary>
public sealed class ColludingClientTests
{
    [Fact]
    public void Documented_a_client_that_colludes_with_the_server_reads_the_joint_secret_and_then_any_client()
    {
        using JointKeyScenario scenario = new();
        RoundInvitation round = scenario.OpenRound();
        AggregationServer server = scenario.StartServer(round);
        Contribution[] honest = [.. new[] { 1, 2, 3 }.Select(c => scenario.Clients[c].Encrypt(round, scenario.Vector(c)))];
        foreach (Contribution contribution in honest)
        {
            server.Accept(contribution);
        }

        server.Accept(Attack(scenario, round));
        AggregationResult result = scenario.Open(server, scenario.Agree(server));
        Assert.True(result.Groups.Single().IsOpened);

        // The opened "sum" is the honest sum plus the coefficients of s, each in [-H, H]. Behind the vector it is s itself; in front the colluders know s up to the
        // honest sum, which they get by sending the honest client's own ciphertext shifted: here the test only shows that what is behind is s.
        int[] secret = Secret(scenario);
        long[] padding = OpenPadding(scenario, server);
        Assert.All(padding, value => Assert.InRange(value, -3, 3));
        Assert.Equal(secret.Skip(512).Take(padding.Length).Select(s => (long)s), padding);
        Assert.True(padding.Distinct().Count() > 3);
    }

    // (c0, c1) = (0, Delta): it decrypts to Delta s.
    private static Contribution Attack(JointKeyScenario scenario, RoundInvitation round)
    {
        AggregationPlan plan = scenario.Plan;
        byte[] packed = [.. new byte[plan.JointKey.PolynomialBytes], .. PackedPolynomial.Constant(plan, BigInteger.One << plan.Parameters.LogDelta)];
        using ContributionRoot root = new(plan);
        root.Append(packed);
        ContributionStatement statement = ContributionStatement.Create(
            round.Opening.Context, round.Opening.Hash, 0, round.Head.Hash, root.Finish(), [], [], scenario.Identities.Client(0));
        return new Contribution(new ContributionHeader(statement, []), [new ContributionChunk(round.Opening.Context, 0, 0, packed)]);
    }

    // The key holders' shares, which the test has, give the secret to compare with: s = lambda_1 share_1 + lambda_2 share_2, t = 2.
    private static int[] Secret(JointKeyScenario scenario)
    {
        AggregationPlan plan = scenario.Plan;
        BigInteger prime = plan.Parameters.Primes[0];
        ulong[][] shares = [.. Enumerable.Range(0, 2).Select(holder =>
        {
            byte[] stored = new byte[plan.JointKey.StoredShareBytes];
            Assert.True(scenario.Shares[holder].TryLoad(0, stored));
            return PackedPolynomial.Read(plan, stored.AsSpan(0, plan.JointKey.PolynomialBytes), 0);
        })];

        // Points 1 and 2: f(0) = 2 f(1) - f(2).
        return [.. shares[0].Zip(shares[1], (one, two) =>
        {
            BigInteger value = (((2 * (BigInteger)one) - two) % prime + prime) % prime;
            return (int)(value > prime / 2 ? value - prime : value);
        })];
    }

    // The server combines the ciphertext sum and the partial decryptions like for an opening, and rounds a coefficient behind the vector by Delta.
    private static long[] OpenPadding(JointKeyScenario scenario, AggregationServer server)
    {
        AggregationPlan plan = scenario.Plan;
        ulong[][] residues = [.. Enumerable.Range(0, plan.Parameters.Primes.Length).Select(i => PackedPolynomial.Read(plan, server.JointKey.CombinedForTests(0, 0), i))];
        BigInteger modulus = plan.Parameters.Primes.Aggregate(BigInteger.One, (product, p) => product * p);
        BigInteger[] units = [.. plan.Parameters.Primes.Select(p => modulus / p * BigInteger.ModPow(modulus / p, p - 2, p))];
        BigInteger delta = BigInteger.One << plan.Parameters.LogDelta;
        long[] messages = new long[1024];
        for (int k = 0; k < messages.Length; k++)
        {
            BigInteger value = residues.Select((r, i) => r[512 + k] * units[i]).Aggregate(BigInteger.Add) % modulus;
            value = value > modulus / 2 ? value - modulus : value;
            BigInteger shifted = value + (delta / 2);
            messages[k] = (long)((shifted - (((shifted % delta) + delta) % delta)) / delta);
        }

        return messages;
    }
}
