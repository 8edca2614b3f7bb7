using SecureFL.Messages.Rounds;
using SecureFL.Messages.Wire;
using SecureFL.Protocol.Roles;
using SecureFL.Protocol.Stores;
using SecureFL.Protocol.Suites.OneTimeKey;
using SecureFL.Protocol.Summation;
using SecureFL.Protocol.Transcripts;
using SecureFL.Rlwe.Quantization;

namespace SecureFL.Protocol.Tests.Attacks;

/// <summary>
/// A round is spoiled for everybody but the server, which has a helper; then people start a new plan on the same model,
/// and one site is missing. Journals and ledgers belong to one plan: the difference of the two sums is that site. The
/// roles alone do not know that their rows answered another plan. A deployed client does: it keeps a journal of its
/// rows over all plans and refuses the second one (<c>Deployment: Clients/DifferencingAcrossPlansTests</c>).
/// </summary>
public sealed class DifferencingAfterSpoiledRoundTests
{
    private const int Victim = 0;
    private const int Helper = 4;

    [Fact]
    public void A_server_and_one_garbage_client_read_the_update_of_a_site_that_is_missing_afterwards()
    {
        using Scenario first = new(clients: 5);
        RoundInvitation round = first.OpenRound();
        Contribution[] honest = [.. Enumerable.Range(0, 4).Select(client => Contribute(first, round, client))];
        List<byte[]> kept = [];
        Contribution garbage = new ContributionForge
        {
            Chunk = packed =>
            {
                kept.Add([.. packed]);
                packed.AsSpan(0, packed.Length / 2).Clear();
            },
        }.Create(first, round, Helper);
        AggregationServer server = first.StartServer(round);
        Array.ForEach([.. honest, garbage], server.Accept);
        AggregationResult spoiled = first.Open(server, first.Agree(server));

        // The helper gives the server the ciphertext that the key sum fits; the releases are there.
        InMemoryContributionStore store = new();
        foreach (ContributionChunk chunk in honest.SelectMany(contribution => contribution.Chunks))
        {
            store.Write(chunk.Client, chunk.Index, chunk.Packed.Span);
        }

        foreach ((int index, byte[] packed) in kept.Index())
        {
            store.Write(Helper, index, packed);
        }

        AggregationResult learned = OpenInSecret(first, server, store,
            [.. first.Holders.Select(holder => holder.HandleCertificate(server.CreateCertificate()))]);
        double[] sum = [.. learned.Sum.Zip(first.Vector(Helper), (all, own) => all - own)];

        RequireUnnoticed(first, server, spoiled);
        RequireDifference(first, sum);
    }

    [Fact]
    public void A_server_and_one_lying_key_holder_read_the_update_of_a_site_that_is_missing_afterwards()
    {
        using Scenario first = new(colluding: 1);
        RoundInvitation round = first.OpenRound();
        Contribution[] honest = [.. Enumerable.Range(0, 4).Select(client => Contribute(first, round, client))];
        AggregationServer server = first.StartServer(round);
        Array.ForEach(honest, server.Accept);
        RoundCertificate certificate = first.Agree(server);
        Release truth = first.Holders[0].HandleCertificate(certificate);
        byte[] words = truth.Groups[0].ToArray();
        words[100] ^= 1;
        Release lie = Release.Create(certificate.Proposal, 0, [words], truth.DigestSums,
            first.Identities.KeyHolders[0]);
        Release other = first.Holders[1].HandleCertificate(certificate);
        server.HandleRelease(lie);
        server.HandleRelease(other);
        AggregationResult spoiled = server.Open();

        // The helper gives the server its true release.
        InMemoryContributionStore store = new();
        foreach (ContributionChunk chunk in honest.SelectMany(contribution => contribution.Chunks))
        {
            store.Write(chunk.Client, chunk.Index, chunk.Packed.Span);
        }

        AggregationResult learned = OpenInSecret(first, server, store, [truth, other]);

        RequireUnnoticed(first, server, spoiled);
        RequireDifference(first, learned.Sum);
    }

    /// <summary>The outcome: everybody sees a spoiled round, and its transcript is right.</summary>
    private static void RequireUnnoticed(Scenario scenario, AggregationServer server, AggregationResult spoiled)
    {
        Assert.Equal(0, spoiled.Contributors);
        Transcript transcript = new(scenario.Plan, scenario.Identities.Server);
        ModelVersion next = server.Advance(spoiled);
        ProtocolMessage[] records = [scenario.Versions[0], .. server.CreateRecords(spoiled), next];
        scenario.Versions.Add(next);
        TranscriptReport report = TranscriptVerifier.Verify(
            [.. transcript.Begin(), .. transcript.Append(records), .. transcript.Append(scenario.Close())]);
        Assert.True(report.IsValid && report.IsClosed, report.ToText());
    }

    /// <summary>The outcome: in a new plan all but one contribute as before, and the rest is the victim's.</summary>
    private static void RequireDifference(Scenario first, double[] sum)
    {
        using Scenario second = new();
        RoundInvitation again = second.OpenRound();
        Assert.Equal(first.Versions[0].Model, again.Head.Model);
        AggregationServer server = second.StartServer(again);
        foreach (int client in Enumerable.Range(0, 4).Where(client => client != Victim))
        {
            server.Accept(Contribute(second, again, client));
        }

        double[] rest = second.Open(server, second.Agree(server)).Sum;
        double[] learned = [.. sum.Zip(rest, (all, others) => all - others)];
        Assert.All(first.Vector(Victim).Zip(learned),
            pair => Assert.Equal(pair.First, pair.Second, first.Plan.Parameters.Step));
    }

    // What a site makes of a model is the same every time.
    private static Contribution Contribute(Scenario scenario, RoundInvitation invitation, int client) =>
        scenario.Clients[client].Encrypt(invitation, scenario.Vector(client), [], Rounding.Nearest, null);

    // A server opens what it likes: no check of its own program is in its way.
    private static AggregationResult OpenInSecret(Scenario scenario, AggregationServer shown,
        InMemoryContributionStore store, Release[] releases)
    {
        CertificateProposal proposal = shown.Close().Proposal;
        InMemorySumSink sink = new(scenario.Plan.Parameters.VectorLength);
        return OneTimeKeyServer.OpenRecorded(scenario.Plan, shown.Round.Opening, store, proposal,
            GroupKeys.Reconstruct(proposal, releases, scenario.Plan), sink) with
        { Sums = sink.Sums };
    }
}
