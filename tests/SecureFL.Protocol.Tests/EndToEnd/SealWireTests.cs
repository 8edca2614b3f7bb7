using SecureFL.Messages.Counters;
using SecureFL.Messages.Primitives;
using SecureFL.Messages.Rounds;
using SecureFL.Messages.Violations;
using SecureFL.Protocol.Plans;
using SecureFL.Protocol.Roles;
using SecureFL.Protocol.Stores;
using SecureFL.Protocol.Suites.JointKey;
using SecureFL.Protocol.Suites.JointKey.Rounds;
using SecureFL.Protocol.Summation;
using SecureFL.Protocol.Transcripts;
using SecureFL.Ring.Randomness;
using SecureFL.Rlwe.JointKey;
using SecureFL.Rlwe.Quantization;
using SecureFL.Seal.Encryption;
using SecureFL.Seal.Objects;
using SecureFL.Seal.Parameters;
using SecureFL.Seal.Serialization;
using SecureFL.Seal.Wire;

namespace SecureFL.Protocol.Tests.EndToEnd;

/// <summary>The joint-key suite with ciphertexts that travel as SEAL objects.</summary>
public sealed class SealWireTests
{
    [Fact]
    public void One_argument_chooses_the_wire_mode()
    {
        float[][] updates = [.. Enumerable.Range(0, 4)
            .Select(c => Enumerable.Range(0, 1000).Select(i => MathF.Sin(i + (100 * c))).ToArray())];
        using LocalConsortium consortium = LocalConsortium.Create(vectorLength: updates[0].Length, clip: 8f, bits: 16,
            maxClients: 4, minClients: 3, keyHolders: 3, threshold: 2, colludingKeyHolders: 1,
            suite: Suite.JointKey, wire: WireMode.Seal);
        AggregationPlan plan = consortium.Plan;
        using AggregationServer server = consortium.OpenRound();
        foreach ((AggregationClient client, float[] update) in consortium.Clients.Zip(updates))
        {
            Contribution contribution = client.Encrypt(server.Round, update);
            Assert.Equal(SealFormat.CiphertextSize(plan.Parameters.ToSeal()), contribution.Chunks[0].Packed.Length);
            Assert.Equal(plan.Parameters.ToSeal().DataPrimes,
                SealFormat.LoadCiphertext(plan.Parameters.ToSeal(), contribution.Chunks[0].Packed.Span).Primes);
            server.Accept(contribution);
        }

        AggregationResult sum = consortium.Open(server, consortium.Release(server));
        Assert.Equal(4, sum.Contributors);
        for (int i = 0; i < 1000; i++)
        {
            Assert.Equal(updates.Sum(u => (double)u[i]), sum.Sum[i], sum.MaxQuantisationError);
        }
    }

    /// <summary>
    /// One seed and one quantiser: the wire mode, like the suite, changes nothing in the integers. Several chunks,
    /// groups, counters; and the transcript verifies with its ciphertexts.
    /// </summary>
    [Fact]
    public void Both_modes_open_the_same_integers_and_transcripts_verify()
    {
        long[][] opened = [.. new[] { WireMode.Packed, WireMode.Seal }.Select(wire =>
        {
            CounterLayout counters = new(1000, new Counter("rows", 100_000));
            LocalParties parties = new(7, 5);
            AggregationPlan plan = parties.CreatePlan(
                150_000, 1f, 8, 3, 3, 1, counters: counters, configure: s => s with { GroupSize = 3 },
                suite: Suite.JointKey, roundsPerKey: 50, wire: wire);
            Assert.True(plan.Parameters.ChunkCount > 1);
            List<byte> transcript = [];
            StoredCiphertexts kept = new();
            using LocalConsortium session =
                new(plan, parties, bytes => transcript.AddRange(bytes.ToArray()), round => kept.Round(round));
            using AggregationServer server = session.OpenRound();
            foreach (AggregationClient client in session.Clients)
            {
                float[] vector = [.. Enumerable.Range(0, 150_000).Select(i => MathF.Cos(i * (client.Index + 1)))];
                server.Accept(client.Encrypt(server.Round, vector, [10 * client.Index, 1000 + client.Index],
                    Rounding.Nearest, roundingSeed: null));
            }

            AggregationResult result = session.Open(server, session.Release(server));
            Assert.Equal(7, result.Contributors);
            session.Advance();
            session.EndTranscript();
            TranscriptReport report = TranscriptVerifier.Verify(transcript.ToArray(), kept);
            Assert.True(report is { IsValid: true, IsClosed: true }, report.ToText());
            Assert.All(report.Rounds, round => Assert.True(round.SumRecomputed));
            return result.Groups.Select(group => result.GroupSum(group.Group)!.Value.ToArray())
                .Aggregate((a, b) => [.. a.Zip(b, (x, y) => x + y)]);
        })];
        Assert.Equal(opened[0], opened[1]);
    }

    /// <summary>A program that has nothing but SEAL objects takes part through its site's identity.</summary>
    [Fact]
    public void A_program_with_seal_objects_alone_takes_part()
    {
        using JointKeyScenario scenario = new(wire: WireMode.Seal);
        RoundInvitation round = scenario.OpenRound();
        AggregationServer server = scenario.Gather(round, 0, 1, 3);
        SealExchange exchange = new(scenario.Plan, scenario.Epoch);
        List<byte[]> plaintexts = [];
        exchange.WritePlaintexts(scenario.Vector(2), [], plaintexts.Add);
        Assert.Equal(exchange.ChunkCount, plaintexts.Count);
        byte[][] ciphertexts =
            [
                .. plaintexts.Select(
                    plaintext => SealProgram.Encrypt(exchange.CreateParameters(), exchange.CreatePublicKey(),
                        plaintext))];

        // The wrong number and a damaged file are refused before anything is claimed: the client can still contribute.
        Assert.Throws<ArgumentException>(() => scenario.Clients[2].Import(round, []));
        byte[] damaged = [.. ciphertexts[0]];
        damaged[5] = 3;
        Assert.Equal("ciphertext.header.compr_mode",
            Assert.Throws<SealFormatException>(() => scenario.Clients[2].Import(round, [damaged])).Field);
        server.Accept(scenario.Clients[2].Import(round, [.. ciphertexts.Select(bytes => (ReadOnlyMemory<byte>)bytes)]));
        scenario.AssertSum(scenario.Open(server, scenario.Agree(server)), 0, 1, 2, 3);
    }

    /// <summary>
    /// What the server takes is what the client signed: a re-encrypted or exchanged chunk does not fit the signed root.
    /// </summary>
    [Fact]
    public void Hostile_chunks_are_refused_by_field_and_by_root()
    {
        using JointKeyScenario scenario = new(wire: WireMode.Seal);
        RoundInvitation round = scenario.OpenRound();
        Contribution good = scenario.Clients[0].Encrypt(round, scenario.Vector(0));
        AggregationServer server = scenario.StartServer(round);
        ProtocolViolationException refusal =
            Violation.Expect(ViolationCode.MalformedCiphertext,
                () => server.HandleChunk(Changed(bytes => bytes[57] ^= 1)));
        Assert.Contains("ciphertext.poly_modulus_degree", refusal.Message, StringComparison.Ordinal);
        Violation.Expect(ViolationCode.ChunkOrder,
            () => server.HandleChunk(new ContributionChunk(round.Opening.Context, 0, 0, good.Chunks[0].Packed[1..])));
        Violation.Expect(ViolationCode.MalformedCiphertext,
            () => server.HandleChunk(Changed(bytes => bytes.AsSpan(113, 8).Fill(0xFF))));

        // Another ciphertext, well formed.
        Violation.Expect(ViolationCode.RootMismatch, () =>
        {
            server.HandleChunk(Changed(bytes => bytes[113] ^= 1));
            server.HandleContribution(good.Header);
        });

        byte[] message = good.Chunks[0].Encode();
        Assert.Equal(message, ContributionChunk.Parse(message, scenario.Plan.Limits).Encode());
        Violation.Expect(ViolationCode.Truncated,
            () => ContributionChunk.Parse(message.AsSpan(0, message.Length - 1), scenario.Plan.Limits));

        ContributionChunk Changed(Action<byte[]> change)
        {
            byte[] bytes = good.Chunks[0].Packed.ToArray();
            change(bytes);
            return new ContributionChunk(round.Opening.Context, 0, 0, bytes);
        }
    }

    /// <summary>
    /// The store holds the packed form, whatever travelled: a restarted server takes half an upload up from it, and the
    /// rest as SEAL objects.
    /// </summary>
    [Fact]
    public void A_restarted_server_goes_on_with_half_an_upload()
    {
        using JointKeyScenario scenario = new(vectorLength: 600_000, wire: WireMode.Seal);
        int chunks = (int)scenario.Plan.Parameters.ChunkCount;
        Assert.True(chunks > 1);
        RoundInvitation round = scenario.OpenRound();
        Contribution contribution = scenario.Clients[0].Encrypt(round, scenario.Vector(0));
        InMemoryContributionStore store = new();
        JointKeyServerOptions options = new() { Epoch = scenario.Epoch };
        using (AggregationServer first =
            new(scenario.Plan, round, scenario.Identities.Server, scenario.Clock, store, options))
        {
            first.HandleChunk(contribution.Chunks[0]);
        }

        using AggregationServer server =
            new(scenario.Plan, round, scenario.Identities.Server, scenario.Clock, store, options);
        server.OpenUpload(0).Restore(1);
        foreach (ContributionChunk chunk in contribution.Chunks.Skip(1))
        {
            server.HandleChunk(chunk);
        }

        server.HandleContribution(contribution.Header);
        foreach (int client in new[] { 1, 2 })
        {
            server.Accept(scenario.Clients[client].Encrypt(round, scenario.Vector(client)));
        }

        AggregationResult result = scenario.Open(server, scenario.Agree(server));
        float[][] vectors = [.. Enumerable.Range(0, 3).Select(scenario.Vector)];
        double[] sum = result.Sum;
        Assert.Equal(vectors[0].Length, sum.Length);
        for (int i = 0; i < sum.Length; i++)
        {
            Assert.Equal(vectors.Sum(vector => (double)vector[i]), sum[i], result.MaxQuantisationError);
        }
    }

    [Fact]
    public void The_plan_names_the_mode_and_a_packed_plan_has_no_exchange()
    {
        AggregationPlan plan = new LocalParties(4, 3).CreatePlan(1000, 8f, 16, 3, 2, 1, suite: Suite.JointKey,
            wire: WireMode.Seal);
        Assert.Contains("SEAL 4.1 ciphertexts", plan.Describe(), StringComparison.Ordinal);
        AggregationPlan read = AggregationPlan.Parse(plan.Encode());
        Assert.Equal(plan.Parameters.JointKey, read.Parameters.JointKey);
        Assert.Equal(plan.Digest, read.Digest);
        AggregationPlan packed = new LocalParties(4, 3).CreatePlan(
            1000, 8f, 16, 3, 2, 1, suite: Suite.JointKey,
            configure: settings => settings with { Session = plan.Session });
        Assert.NotEqual(plan.Digest, packed.Digest);
        Assert.Contains("bit-packed", packed.Describe(), StringComparison.Ordinal);
        using JointKeyScenario scenario = new();
        Assert.Throws<ArgumentException>(() => new SealExchange(scenario.Plan, scenario.Epoch));
        RoundInvitation round = scenario.OpenRound();
        Assert.Throws<ArgumentException>(() => scenario.Clients[0].Import(round, [new byte[100]]));
    }

    /// <summary>Has files and writes files.</summary>
    private static class SealProgram
    {
        public static byte[] Encrypt(byte[] parameters, byte[] publicKey, byte[] plaintext)
        {
            SealParameters set = SealFormat.LoadParameters(parameters);
            PublicKey key = SealFormat.LoadPublicKey(set, publicKey);
            using Encryptor encryptor = new(key, SystemEntropy.Instance);
            Ciphertext ciphertext = new(set);
            encryptor.Encrypt(SealFormat.LoadPlaintext(set, plaintext), ciphertext);
            return SealFormat.Save(ciphertext, SealCompression.Zlib);
        }
    }
}
