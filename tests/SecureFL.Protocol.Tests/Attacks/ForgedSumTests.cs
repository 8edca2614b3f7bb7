using SecureFL.Messages.Primitives;
using SecureFL.Messages.Rounds;
using SecureFL.Messages.Violations;
using SecureFL.Protocol.Plans;
using SecureFL.Protocol.Roles;
using SecureFL.Protocol.Stores;
using SecureFL.Protocol.Summation;
using SecureFL.Protocol.Tests.Support;
using SecureFL.Rlwe.Contributions;
using SecureFL.Rlwe.Digests;

namespace SecureFL.Protocol.Tests.Attacks;

/// <summary>A server that tells clients another sum than their contributions have: each finds out by itself.</summary>
public sealed class ForgedSumTests
{
    [Fact]
    public void A_client_opens_the_sum_itself_to_the_same_integers()
    {
        using OpenedRound round = new();
        InMemorySumSink sink = round.NewSink();

        AggregationResult own = round.Verify(round.Evidence, round.Ciphertexts, sink)!;

        Assert.Equal(round.Result.Digest, own.Digest);
        Assert.Equal(round.Result.Sums![0], sink.Sums[0]);
        round.Scenario.AssertSum(own with { Sums = sink.Sums }, 0, 1, 2, 3);
    }

    [Fact]
    public void Random_groups_are_verified_one_by_one_and_a_spoiled_one_is_seen_to_be()
    {
        using OpenedRound round = new(
            clients: 8, settings => settings with { GroupSize = 3 },
            garbage: 5);
        InMemorySumSink sink = round.NewSink();

        AggregationResult own = round.Verify(round.Evidence, round.Ciphertexts, sink)!;

        Assert.Equal(2, own.Groups.Length);
        Assert.Single(own.Groups, group => group.IsOpened);
        Assert.Equal(round.Result.Groups.Select(group => (group.Status, group.Digest)),
            own.Groups.Select(group => (group.Status, group.Digest)));
    }

    /// <summary>Every word is bound: one that is off by one, or by its prime, is no longer the sum.</summary>
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(99)]
    public void A_changed_word_is_refused(int place)
    {
        using OpenedRound round = new();
        byte[] forged = [.. round.Ciphertexts];
        forged[place * 8] ^= 1;

        ProtocolViolationException refusal = Violation.Expect(ViolationCode.WrongSummedCiphertext,
            () => round.Verify(round.Evidence, forged));
        Assert.Equal(Party.Server, refusal.Offender);
    }

    [Fact]
    public void Reduced_words_and_words_beyond_all_contributions_are_refused()
    {
        using OpenedRound round = new();
        int clients = round.Result.Contributors;
        ulong[] words = round.Words();
        ulong prime = round.Plan.Parameters.Primes[0];

        Violation.Expect(ViolationCode.WrongSummedCiphertext, () => round.Verify(round.Evidence,
            round.Pack([.. words.Select(word => word % prime)])));
        words[7] = ((ulong)clients * (prime - 1)) + 1;
        Violation.Expect(ViolationCode.MalformedCiphertext, () => round.Verify(round.Evidence, round.Pack(words)));
    }

    [Fact]
    public void The_sum_without_one_client_or_of_another_length_is_refused()
    {
        using OpenedRound round = new();
        ulong[] words = round.Words();
        ulong prime = round.Plan.Parameters.Primes[0];
        for (int i = 0; i < words.Length; i++)
        {
            words[i] -= Math.Min(words[i], prime / 4);
        }

        Violation.Expect(ViolationCode.WrongSummedCiphertext, () => round.Verify(round.Evidence, round.Pack(words)));
        Violation.Expect(ViolationCode.Truncated, () => round.Verify(round.Evidence, round.Ciphertexts[..^1]));
    }

    [Fact]
    public void A_version_of_another_sum_is_refused()
    {
        using OpenedRound round = new();
        ModelVersion invented = ModelVersion.CreateNext(round.Evidence.Head, round.Evidence.Opening.Context,
            Any(1), Any(2), round.Scenario.Identities.Server);

        Violation.Expect(ViolationCode.WrongSum,
            () => round.Verify(round.With(next: invented), round.Ciphertexts));
    }

    [Fact]
    public void A_version_with_another_model_than_the_sum_makes_is_refused()
    {
        using OpenedRound round = new();
        ModelVersion invented = ModelVersion.CreateNext(round.Evidence.Head, round.Evidence.Opening.Context,
            round.Evidence.Next.Sum, Any(2), round.Scenario.Identities.Server);
        AggregationResult own = round.Verify(round.With(next: invented), round.Ciphertexts)!;

        Violation.Expect(ViolationCode.WrongModel,
            () => AggregationClient.RequireModel(round.With(next: invented), own));
        AggregationClient.RequireModel(round.Evidence, own);
    }

    [Fact]
    public void Evidence_of_another_opening_set_or_signer_is_refused()
    {
        using OpenedRound round = new();
        SumEvidence evidence = round.Evidence;
        ModelVersion otherHead = ModelVersion.CreateFirst(round.Plan.Limits, Any(3), round.Scenario.Identities.Server);
        RoundCertificate few =
            RoundCertificate.Create(evidence.Certificate.Proposal, evidence.Certificate.Votes.Take(1));

        Violation.Expect(ViolationCode.WrongHead, () => round.Verify(round.With(head: otherHead), round.Ciphertexts));
        Violation.Expect(ViolationCode.WrongHead,
            () => round.Verify(round.With(head: otherHead), round.Ciphertexts, head: otherHead));
        Violation.Expect(ViolationCode.CertificateBelowQuorum,
            () => round.Verify(round.With(certificate: few), round.Ciphertexts));
        Violation.Expect(ViolationCode.BelowThreshold,
            () => round.Verify(round.With(releases: [evidence.Releases[0]]), round.Ciphertexts));
    }

    /// <summary>f key holders that lie about the digest, with the server, are one too few.</summary>
    [Fact]
    public void A_digest_that_only_colluding_key_holders_sign_is_not_believed()
    {
        using OpenedRound round = new();
        ulong[] words = round.Words();
        words[0]++;
        using LinearDigestBuilder builder =
            LinearDigestBuilder.OfSum(round.Plan.DigestKey!, round.Plan.Parameters, round.Result.Contributors);
        builder.Append(0, words);
        Digest forged = LinearDigestHash.Of(builder.Complete().ToBytes());
        Release first = round.Evidence.Releases[0];
        Release lie = Release.Create(round.Evidence.Certificate.Proposal, 0, first.Groups, [forged],
            round.Scenario.Identities.KeyHolders[0]);

        Violation.Expect(ViolationCode.WrongSummedCiphertext, () => round.Verify(
            round.With(releases: [lie, .. round.Evidence.Releases.Skip(1)]), round.Pack(words)));
        Violation.Expect(ViolationCode.BelowThreshold, () => round.Verify(
            round.With(releases: [lie, round.Evidence.Releases[1]]), round.Pack(words)));
    }

    [Fact]
    public void A_server_does_not_count_a_release_that_clients_could_not_use()
    {
        using OpenedRound round = new();
        Release honest = round.Evidence.Releases[0];
        Release lie = Release.Create(round.Evidence.Certificate.Proposal, 0, honest.Groups, [Any(1)],
            round.Scenario.Identities.KeyHolders[0]);

        ProtocolViolationException refusal =
            Violation.Expect(ViolationCode.WrongDigestSum, () => round.Server.HandleRelease(lie));
        Assert.Equal(Party.KeyHolder(0), refusal.Offender);
    }

    [Fact]
    public void A_linear_digest_that_is_not_that_of_the_chunks_is_refused_by_server_and_holder()
    {
        using Scenario scenario = new();
        RoundInvitation round = scenario.OpenRound();
        AggregationServer server = scenario.StartServer(round);
        Contribution other = scenario.Contribute(round, 1);
        Contribution forged = new ContributionForge { LinearDigest = _ => other.Header.LinearDigest.ToArray() }
            .Create(scenario, round, 0);
        foreach (ContributionChunk chunk in forged.Chunks)
        {
            server.HandleChunk(chunk);
        }

        Violation.Expect(ViolationCode.DigestMismatch, () => server.HandleContribution(forged.Header));
        Contribution honest = scenario.Contribute(round, 2);
        Violation.Expect(ViolationCode.DigestMismatch, () => scenario.Holders[0].HandleShare(new ShareDelivery(
            honest.Header.Statement, 0, honest.Header.Shares[0], other.Header.LinearDigest)));
        Violation.Expect(ViolationCode.DigestMismatch, () => ContributionHeader.Parse(
            new ContributionHeader(honest.Header.Statement, honest.Header.Shares, other.Header.LinearDigest).Encode(),
            scenario.Plan.Limits));
    }

    [Fact]
    public void A_linear_digest_with_a_word_beyond_its_prime_is_refused_by_the_holder()
    {
        using Scenario scenario = new();
        RoundInvitation round = scenario.OpenRound();
        byte[] beyond = new byte[LinearDigestParameters.DigestBytes];
        beyond.AsSpan().Fill(0xFF);
        Contribution forged = new ContributionForge { LinearDigest = _ => beyond }.Create(scenario, round, 0);

        ProtocolViolationException refusal = Violation.Expect(ViolationCode.OutOfRange,
            () => scenario.Holders[0].HandleShare(new ShareDelivery(
                forged.Header.Statement, 0, forged.Header.Shares[0], forged.Header.LinearDigest)));
        Assert.Equal(Party.Client(0), refusal.Offender);
    }

    private static Digest Any(byte value) => new(Enumerable.Repeat(value, Digest.Size).ToArray());

    /// <summary>A round that was opened, and what its server serves of it.</summary>
    private sealed class OpenedRound : IDisposable
    {
        private readonly MemoryStream _ciphertexts = new();

        public OpenedRound(int clients = 4, Func<PlanSettings, PlanSettings>? configure = null, int garbage = -1)
        {
            Scenario = new Scenario(clients: clients, colluding: 1, configure: configure);
            RoundInvitation invitation = Scenario.OpenRound();
            Server = Scenario.StartServer(invitation);
            for (int client = 0; client < clients; client++)
            {
                Server.Accept(client == garbage
                    ? new ContributionForge { Chunk = chunk => chunk.AsSpan().Clear() }
                        .Create(Scenario, invitation, client)
                    : Scenario.Contribute(invitation, client));
            }

            RoundCertificate certificate = Scenario.Agree(Server);
            foreach (KeyHolder holder in Scenario.Holders)
            {
                Server.HandleRelease(holder.HandleCertificate(certificate));
            }

            InMemorySumSink sink = NewSink();
            Result = Server.Open(sink, new Kept(_ciphertexts)) with { Sums = sink.Sums };
            SumEvidence evidence = Server.CreateEvidence(Server.Advance(Result));
            Evidence = SumEvidence.Parse(evidence.Encode(), Plan.Limits);
        }

        public Scenario Scenario { get; }

        public AggregationServer Server { get; }

        public AggregationResult Result { get; }

        public SumEvidence Evidence { get; }

        public AggregationPlan Plan => Scenario.Plan;

        public byte[] Ciphertexts => _ciphertexts.ToArray();

        public InMemorySumSink NewSink() => new(Plan.Parameters.VectorLength);

        public AggregationResult? Verify(SumEvidence evidence, byte[] ciphertexts, InMemorySumSink? sink = null,
            ModelVersion? head = null) =>
            Scenario.Clients[0].VerifySum(head ?? Evidence.Head, evidence, new MemoryStream(ciphertexts),
                sink ?? NewSink());

        public SumEvidence With(ModelVersion? head = null, RoundCertificate? certificate = null,
            IEnumerable<Release>? releases = null, ModelVersion? next = null) =>
            new(head ?? Evidence.Head, Evidence.Opening, certificate ?? Evidence.Certificate,
                releases ?? Evidence.Releases, next ?? Evidence.Next);

        public ulong[] Words()
        {
            ulong[] words = new ulong[SummedChunkPacking.Words(Plan.Parameters)];
            SummedChunkPacking.Unpack(Plan.Parameters, Result.Contributors, Ciphertexts, words);
            return words;
        }

        public byte[] Pack(ulong[] words)
        {
            byte[] packed = new byte[SummedChunkPacking.Bytes(Plan.Parameters, Result.Contributors)];
            SummedChunkPacking.Pack(Plan.Parameters, Result.Contributors, words, packed);
            return packed;
        }

        public void Dispose() => Scenario.Dispose();

        private sealed class Kept(MemoryStream stream) : ISummedCiphertextSink
        {
            public void Accept(ReadOnlySpan<byte> packed) => stream.Write(packed);
        }
    }
}
