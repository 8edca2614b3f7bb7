using SecureFL.Messages.Rounds;
using SecureFL.Messages.Violations;
using SecureFL.Protocol.Roles;
using SecureFL.Protocol.Summation;

namespace SecureFL.Protocol.Tests.Attacks;

/// <summary>
/// The server shows two sets that differ in one client: the difference of the sums would be that client's vector.
/// </summary>
public sealed class TwoSetsInOneRoundTests
{
    [Fact]
    public void A_holder_votes_for_one_set_and_repeats_only_that_vote()
    {
        using Scenario scenario = new();
        RoundInvitation round = scenario.OpenRound();
        AggregationServer server = scenario.Gather(round);
        CertificateProposal all = scenario.Propose(round, server.Accepted);
        CertificateProposal without = scenario.Propose(round, server.Accepted.Skip(1));
        scenario.Deliver(server, 0, all.Entries);

        Vote vote = scenario.Holders[0].HandleProposal(all);
        Violation.Expect(ViolationCode.SecondCertificate, () => scenario.Holders[0].HandleProposal(without));
        Assert.Equal(vote.Encode(), scenario.Holders[0].HandleProposal(all).Encode());
    }

    [Fact]
    public void A_holder_that_released_releases_no_other_set_and_repeats_the_same_bytes()
    {
        using Scenario scenario = new();
        RoundInvitation round = scenario.OpenRound();
        AggregationServer server = scenario.Gather(round);
        RoundCertificate certificate = scenario.Agree(server);
        Release release = scenario.Holders[0].HandleCertificate(certificate);
        CertificateProposal without = scenario.Propose(round, server.Accepted.Skip(1));
        RoundCertificate second = RoundCertificate.Create(without,
            [.. Enumerable.Range(0, 3).Select(h => Vote.Create(without, h, scenario.Identities.KeyHolders[h]))]);

        Violation.Expect(ViolationCode.SecondCertificate, () => scenario.Holders[0].HandleCertificate(second));
        Assert.Equal(release.Encode(), scenario.Holders[0].HandleCertificate(certificate).Encode());
    }

    [Fact]
    public void Two_halves_and_f_colluding_holders_give_one_certificate_at_most()
    {
        using Halves halves = new(colluders: [1]);

        // Holder 0 and the colluder vote for the first set; 2, 3 and the colluder for the second: only the second has 3
        // = max(t, q_a) votes.
        RoundCertificate first = halves.First.Certify();
        RoundCertificate second = halves.Second.Certify();
        Violation.Expect(ViolationCode.CertificateBelowQuorum,
            () => halves.Scenario.Holders[0].HandleCertificate(first));
        halves.Scenario.AssertSum(halves.Second.Open(second), 1, 2, 3);
    }

    [Fact]
    public void Documented_f_plus_one_colluding_holders_open_both_sets_and_learn_one_vector()
    {
        using Halves halves = new(colluders: [1, 2]);
        AggregationResult with = halves.First.Open(halves.First.Certify());
        AggregationResult without = halves.Second.Open(halves.Second.Certify());

        float[] victim = halves.Scenario.Vector(0);
        for (int i = 0; i < victim.Length; i++)
        {
            Assert.Equal(victim[i], with.Sum[i] - without.Sum[i], with.MaxQuantisationError);
        }
    }

    /// <summary>
    /// H = 4, t = 2, f = 1, so max(t, q_a) = 3. The set of all goes to holders 0 and 1, the set without client 0 to 2
    /// and 3, and both to the colluders, who run a second copy of themselves on a copy of their ledger.
    /// </summary>
    private sealed class Halves : IDisposable
    {
        public Halves(int[] colluders)
        {
            Scenario = new Scenario(clients: 4, minClients: 3, keyHolders: 4, threshold: 2, colluding: 1);
            RoundInvitation round = Scenario.OpenRound();
            Contribution[] contributions =
                [.. Enumerable.Range(0, 4).Select(client => Scenario.Contribute(round, client))];
            KeyHolder[] copies = [.. colluders.Select(c => Scenario.Copy(c, round.Opening))];
            KeyHolder[] originals = [.. colluders.Select(c => Scenario.Holders[c])];
            First = new Side(Scenario, round, contributions, [.. originals, .. Honest(0, 1)]);
            Second = new Side(Scenario, round, contributions[1..], [.. copies, .. Honest(2, 3)]);

            IEnumerable<KeyHolder> Honest(params int[] half) => half.Except(colluders).Select(h => Scenario.Holders[h]);
        }

        public Scenario Scenario { get; }

        public Side First { get; }

        public Side Second { get; }

        public void Dispose() => Scenario.Dispose();
    }

    /// <summary>What the server shows to one side.</summary>
    private sealed class Side
    {
        private readonly AggregationServer _server;
        private readonly KeyHolder[] _holders;

        public Side(Scenario scenario, RoundInvitation round, Contribution[] contributions, KeyHolder[] holders)
        {
            _server = scenario.StartServer(round);
            _holders = holders;
            foreach (Contribution contribution in contributions)
            {
                _server.Accept(contribution);
            }
        }

        public RoundCertificate Certify()
        {
            CertificateProposal proposal = _server.Close().Proposal;
            foreach (KeyHolder holder in _holders)
            {
                foreach (CertificateEntry entry in proposal.Entries)
                {
                    holder.HandleShare(_server.CreateShareDelivery(entry.Client, holder.Index));
                }

                _server.HandleVote(holder.HandleProposal(proposal));
            }

            return RoundCertificate.Create(proposal, [.. _holders.Select(h => h.HandleProposal(proposal))]);
        }

        public AggregationResult Open(RoundCertificate certificate)
        {
            foreach (KeyHolder holder in _holders)
            {
                _server.HandleRelease(holder.HandleCertificate(certificate));
            }

            return _server.Open();
        }
    }
}
