using SecureFL.Bench.Measurement;
using SecureFL.Local;
using SecureFL.Messages.Primitives;
using SecureFL.Messages.Rounds;
using SecureFL.Protocol.Plans;
using SecureFL.Protocol.Roles;
using SecureFL.Protocol.Rules;
using SecureFL.Protocol.Stores;
using SecureFL.Protocol.Suites;
using SecureFL.Protocol.Suites.OneTimeKey;
using SecureFL.Ring.Randomness;
using SecureFL.Ring.Sampling;
using SecureFL.Rlwe.Digests;
using SecureFL.Rlwe.Quantization;

namespace SecureFL.Bench.KeyHolders;

/// <summary>
/// One key holder's whole work in rounds of n clients, through the real roles and the real sealed shares. A holder
/// never sees a ciphertext chunk, only the root over them, so the clients here deal real keys and make up the root: no
/// vector of the plan's length is needed to show the cost.
/// </summary>
internal sealed class KeyHolderRound : IDisposable
{
    private const int Measured = 0;
    private readonly LocalParties _parties;
    private readonly AggregationPlan _plan;
    private readonly LocalKeyHolders _holders;
    private readonly Samples _seconds = new();
    private long _bytesPerRound;
    private long _bytesOfShares;

    internal KeyHolderRound(long parameters, int clients)
    {
        _parties = new LocalParties(clients, keyHolders: 3);
        _plan = _parties.CreatePlan(
            parameters, clip: 1f, bits: 16, minClients: 3, threshold: 2, colludingKeyHolders: 1);
        _holders = new LocalKeyHolders(_plan, _parties);
    }

    internal KeyHolderArm Run(int rounds)
    {
        ModelVersion next = Round(measure: false, null);
        for (int round = 0; round < rounds; round++)
        {
            next = Round(measure: true, next);
        }

        int clients = _plan.Parameters.MaxClients;
        return new KeyHolderArm
        {
            Arm = SuiteNames.OneTimeKey,
            Parameters = _plan.Parameters.FloatLength,
            Clients = clients,
            BytesPerClient = (double)_bytesOfShares / clients,
            BytesPerRound = _bytesPerRound,
            SecondsPerRound = _seconds.Median / 1e9,
            MillisecondsPerClient = _seconds.Median / 1e6 / clients,
            Rounds = rounds,
            BytesPerClientOfOtherModel = (double)_bytesOfShares / clients,
        };
    }

    /// <summary>Bytes that reach the measured holder for one client.</summary>
    internal double BytesPerClient()
    {
        Round(measure: false, null);
        return (double)_bytesOfShares / _plan.Parameters.MaxClients;
    }

    public void Dispose() => _holders.Dispose();

    /// <summary>One round; returns the model version that the next one starts from.</summary>
    private ModelVersion Round(bool measure, ModelVersion? next)
    {
        using AggregationServer server =
            _holders.OpenRound(_ => new InMemoryContributionStore(), next is null ? [] : [next]);
        RoundInvitation invitation = server.Round;
        RoundOpening opening = invitation.Opening;
        ContributionHeader[] headers =
            [.. Enumerable.Range(0, _plan.Parameters.MaxClients).Select(client => Deal(invitation, client))];
        CertificateProposal proposal = Propose(opening, headers);
        byte[][][] deliveries = [.. _holders.Holders.Select(holder => Deliveries(opening, headers, holder.Index))];
        Vote[] votes = [.. _holders.Holders.Where(h => h.Index != Measured)
            .Select(holder => Vote(holder, deliveries[holder.Index], proposal))];
        Protocol.Roles.KeyHolder measured = _holders.Holders[Measured];
        byte[] proposalBytes = proposal.Encode();
        Vote? vote = null;
        Release? release = null;
        byte[]? certificateBytes = null;
        Samples samples = measure ? _seconds : new Samples();
        samples.Time(threads: 1, units: 1, () =>
        {
            vote = Vote(measured, deliveries[Measured], CertificateProposal.Parse(proposalBytes, _plan.Limits));
            RoundCertificate certificate = RoundCertificate.Create(proposal, [vote, .. votes]);
            certificateBytes = certificate.Encode();
            release = measured.HandleCertificate(certificate);
        });
        _bytesOfShares = deliveries[Measured].Sum(bytes => (long)bytes.Length);
        _bytesPerRound = _bytesOfShares + opening.Encode().Length + proposalBytes.Length + vote!.Encode().Length
            + certificateBytes!.Length + release!.Encode().Length;
        return ModelVersion.CreateNext(invitation.Head, opening.Context, proposal.Hash, proposal.Hash, _parties.Server);
    }

    private Vote Vote(Protocol.Roles.KeyHolder holder, byte[][] deliveries, CertificateProposal proposal)
    {
        foreach (byte[] delivery in deliveries)
        {
            holder.HandleShare(ShareDelivery.Parse(delivery, _plan.Limits));
        }

        return holder.HandleProposal(proposal);
    }

    private ContributionHeader Deal(RoundInvitation invitation, int client)
    {
        using SecretBuffer<int> secret = new(_plan.Parameters.RingDegree);
        using Keystream stream = Keystream.Create(SystemEntropy.Instance);
        using DiscreteGaussianSampler sampler = new(secret.Length);
        sampler.Fill(stream, secret.Span);
        Digest root = DomainHash.Of("bench root", BitConverter.GetBytes(client));
        byte[] digest = LinearDigest.Zero.ToBytes();
        return ShareSealer.Seal(new ContributionTerms(_plan, invitation.Opening, client, invitation.Base.Hash,
            _parties.Clients[client], SystemEntropy.Instance, Rounding.Nearest, null), root, digest, secret.Span);
    }

    private static byte[][] Deliveries(RoundOpening opening, ContributionHeader[] headers, int holder) =>
        [
            .. headers.Select(
                header => new ShareDelivery(header.Statement, holder,
                    header.Shares[opening.PositionOf(holder)], header.LinearDigest).Encode())];

    private CertificateProposal Propose(RoundOpening opening, ContributionHeader[] headers)
    {
        CertificateEntry[] entries = [
            .. headers.Select(header => new CertificateEntry(header.Statement.Client, header.Statement.Hash))];
        return CertificateProposal.Create(
            opening.Context,
            opening.Hash,
            opening.Head,
            DateTimeOffset.UtcNow.AddMinutes(10).ToUnixTimeMilliseconds(),
            GroupPartition.Derive(_plan, opening.Hash, entries),
            _parties.Server);
    }
}
