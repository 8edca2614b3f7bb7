using System.Collections.Immutable;
using SecureFL.Messages.Identity;
using SecureFL.Messages.Primitives;
using SecureFL.Messages.Rounds;
using SecureFL.Messages.Violations;
using SecureFL.Protocol.Models;
using SecureFL.Protocol.Plans;
using SecureFL.Protocol.Rules;
using SecureFL.Protocol.Stores;
using SecureFL.Protocol.Suites;
using SecureFL.Protocol.Summation;
using SecureFL.Rlwe.Digests;

namespace SecureFL.Protocol.Roles;

/// <summary>
/// The server's side of one round: takes contributions, closes the set, gathers votes and releases, opens the group
/// sums. It holds no key that opens one client's contribution. Not thread-safe.
/// </summary>
public sealed partial class AggregationServer : IDisposable
{
    private readonly AggregationPlan _plan;
    private readonly SigningIdentity _identity;
    private readonly TimeProvider _clock;
    private readonly IContributionStore _store;
    private readonly UploadDesk _uploads;
    private readonly ReceiptTally _receipts;
    private readonly SortedDictionary<int, Vote> _votes = [];
    private readonly SortedDictionary<int, Release> _releases = [];
    private ClosedRound? _closed;
    private ImmutableArray<Digest> _digestSums;

    /// <summary>A server of one round.</summary>
    /// <param name="plan">The plan.</param>
    /// <param name="invitation">The opened round (<see cref="RoundOpener"/>).</param>
    /// <param name="identity">The plan's server identity.</param>
    /// <param name="clock">For the certificate's deadline.</param>
    /// <param name="store">
    /// Keeps the chunks until the set is agreed: contributions that holders refuse can be left out, and the memory is
    /// one chunk an upload. Null: each contribution enters the sum once its root and signature are checked, and its
    /// chunks are forgotten; memory is the sum plus the open uploads, and no contribution can be left out afterwards.
    /// Plans with random groups need a store; null stands for one in memory there.
    /// </param>
    /// <param name="options">What the plan's suite needs besides: in the joint-key suite the key and its lifetime
    /// count.</param>
    /// <exception cref="ArgumentException">Another server's identity, or options that the suite needs are missing.
    /// </exception>
    /// <exception cref="ProtocolViolationException">The invitation does not obey the plan.</exception>
    public AggregationServer(
        AggregationPlan plan, RoundInvitation invitation, SigningIdentity identity, TimeProvider clock,
        IContributionStore? store, SuiteServerOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(plan);
        ArgumentNullException.ThrowIfNull(invitation);
        ArgumentNullException.ThrowIfNull(identity);
        ArgumentNullException.ThrowIfNull(clock);
        if (!identity.PublicKey.Equals(plan.Enrolment.Server))
        {
            throw new ArgumentException("this identity is not the plan's server", nameof(identity));
        }

        OpeningRules.Require(invitation.Opening, plan);
        ModelChain.RequireLinked(invitation.Versions, plan);
        _plan = plan;
        _identity = identity;
        _clock = clock;
        Round = invitation;
        _store = store ?? new InMemoryContributionStore();
        _uploads = new UploadDesk(plan, invitation.Opening, invitation.Versions, _store);
        Suite = ISuite.Of(plan)
            .CreateServer(new SuiteServerSettings(plan, invitation.Opening, _store, store is not null, options));
        _receipts = new ReceiptTally(plan, invitation.Opening);
    }

    /// <summary>What clients fetch.</summary>
    public RoundInvitation Round { get; }

    /// <summary>What the server does in its plan's suite alone.</summary>
    internal ISuiteServer Suite { get; }

    /// <summary>Statements of the accepted contributions, by client.</summary>
    public IEnumerable<ContributionStatement> Accepted => _uploads.Accepted.Values.Select(header => header.Statement);

    /// <summary>The statement of a client's accepted contribution; null if there is none.</summary>
    public ContributionStatement? StatementOf(int client) => _uploads.Accepted.GetValueOrDefault(client)?.Statement;

    /// <summary>Takes the next chunk of a client's upload.</summary>
    /// <exception cref="ProtocolViolationException">Out of order, malformed, or the round is closed.</exception>
    public void HandleChunk(ContributionChunk chunk)
    {
        ArgumentNullException.ThrowIfNull(chunk);
        Round.Opening.Context.Require(chunk.Context, Party.Client(chunk.Client));
        OpenUpload(chunk.Client).HandleChunk(chunk);
    }

    /// <summary>
    /// A client's upload: the one under way, or a new one. Uploads of different clients may take their chunks at the
    /// same time.
    /// </summary>
    /// <exception cref="ProtocolViolationException">The client's contribution is accepted already, or the round is
    /// closed.</exception>
    public ContributionUpload OpenUpload(int client)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(client);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(client, _plan.Enrolment.Clients.Count);
        RequireOpen(Party.Client(client));
        return _uploads.Open(client);
    }

    /// <summary>
    /// Makes the checks of <see cref="HandleContribution"/> and changes nothing, so that what follows from them can be
    /// made durable in between: a contribution that is taken, an upload that is to be forgotten (<see cref="Forget"/>).
    /// </summary>
    /// <returns>Whether the contribution is new; false for a repeated header.</returns>
    /// <exception cref="ProtocolViolationException">As <see cref="HandleContribution"/>.</exception>
    public bool CheckContribution(ContributionHeader header)
    {
        RequireRoom(header);
        return _uploads.CheckHeader(header);
    }

    /// <summary>
    /// Takes the header that completes an upload. A refused contribution is forgotten; a repeated header is welcome.
    /// </summary>
    /// <exception cref="ProtocolViolationException">A check failed, or the round is closed or full.</exception>
    public void HandleContribution(ContributionHeader header)
    {
        RequireRoom(header);
        if (_uploads.HandleHeader(header))
        {
            Suite.Accept(header.Statement.Client);
        }
    }

    /// <summary>Takes a whole contribution.</summary>
    /// <exception cref="ProtocolViolationException">As <see cref="HandleChunk"/> and
    /// <see cref="HandleContribution"/>.</exception>
    public void Accept(Contribution contribution)
    {
        ArgumentNullException.ThrowIfNull(contribution);
        foreach (ContributionChunk chunk in contribution.Chunks)
        {
            HandleChunk(chunk);
        }

        HandleContribution(contribution.Header);
    }

    /// <summary>Forgets an upload that broke off, so that the client may start again.</summary>
    /// <exception cref="InvalidOperationException">The contribution is in the sum already.</exception>
    public void Forget(int client)
    {
        RequireForgettable(client);
        _receipts.Forget(client);
        _uploads.Forget(client);
    }

    /// <summary>
    /// Takes up a contribution that an earlier process of this server accepted and made durable, chunks and header: the
    /// header is checked again, the chunks were. Needs a store that has them.
    /// </summary>
    /// <exception cref="ProtocolViolationException">The header does not belong to the round, or was not signed by its
    /// client.</exception>
    public void RestoreContribution(ContributionHeader header)
    {
        Require(header);
        Take(header);
    }

    /// <summary>Makes the checks of <see cref="RestoreContribution"/>.</summary>
    internal void Require(ContributionHeader header)
    {
        RequireRoom(header);
        _uploads.Require(header);
    }

    /// <summary>Takes a contribution that has been checked.</summary>
    internal void Take(ContributionHeader header)
    {
        _uploads.Accept(header);
        Suite.Accept(header.Statement.Client);
    }

    /// <summary>
    /// Takes up the set that this server fixed, this process or an earlier one, byte for byte: there is never a second
    /// one in a round.
    /// </summary>
    /// <exception cref="ProtocolViolationException">The proposal breaks a rule, is not this server's, or lists what was
    /// not accepted.</exception>
    public ClosedRound RestoreProposal(CertificateProposal proposal)
    {
        ArgumentNullException.ThrowIfNull(proposal);
        if (_closed?.Proposal.Hash == proposal.Hash)
        {
            return _closed;
        }

        CertificateRules.Require(proposal, Round.Opening, _plan);
        foreach (CertificateEntry entry in proposal.Entries)
        {
            if (!_uploads.Accepted.TryGetValue(entry.Client, out ContributionHeader? header)
                || header.Statement.Hash != entry.Contribution)
            {
                throw new ProtocolViolationException(
                    ViolationCode.UncheckedContribution, Party.Server, "a proposal of accepted contributions",
                    $"contribution {entry.Contribution.ToShortString()}");
            }
        }

        Suite.Restore(proposal);
        return _closed = new ClosedRound(this, proposal);
    }

    /// <summary>Takes back a set that nobody was shown: it could not be made durable.</summary>
    internal void Reopen()
    {
        (_closed, _digestSums) = (null, default);
        Suite.Reopen();
    }

    /// <summary>What a key holder gets of an accepted contribution.</summary>
    /// <exception cref="ArgumentException">No such contribution, or the holder has no entry in the opening.</exception>
    public ShareDelivery CreateShareDelivery(int client, int holder)
    {
        int position = Round.Opening.PositionOf(holder);
        return position >= 0 && _uploads.Accepted.TryGetValue(client, out ContributionHeader? header)
            ? new ShareDelivery(header.Statement, holder, header.Shares.IsEmpty ? default : header.Shares[position],
                header.LinearDigest)
            : throw new ArgumentException(
                $"there is no share of client {client} for key holder {holder} in round {Round.Opening.Context.Round}");
    }

    /// <summary>Notes that a holder could vote for a contribution.</summary>
    /// <exception cref="ProtocolViolationException">Forged, or for another round or contribution.</exception>
    public void HandleReceipt(Receipt receipt)
    {
        ArgumentNullException.ThrowIfNull(receipt);
        _receipts.Handle(receipt, _uploads.Accepted);
    }

    /// <summary>The clients that a set would list by the receipts so far.</summary>
    public IReadOnlyCollection<int> Confirmed => _receipts.ChooseClients();

    /// <summary>
    /// Fixes the set, once: the contributions that enough holders have checked, or all of them where no receipts came
    /// or contributions are summed on acceptance.
    /// </summary>
    /// <param name="agreementWindow">How long holders may vote; the plan's window if null.</param>
    /// <exception cref="ProtocolViolationException"><see cref="ViolationCode.GroupBelowMinimum"/>: the round has too
    /// few contributions.</exception>
    public ClosedRound Close(TimeSpan? agreementWindow = null)
    {
        if (_closed is not null)
        {
            return _closed;
        }

        IEnumerable<int> listed = Suite.SumsOnAcceptance || !_receipts.Any ? _uploads.Accepted.Keys : Confirmed;
        CertificateEntry[] entries = [
            .. listed.Select(client => new CertificateEntry(client, _uploads.Accepted[client].Statement.Hash))];
        if (entries.Length < _plan.Settings.MinClients)
        {
            throw new ProtocolViolationException(
                ViolationCode.GroupBelowMinimum, Party.Server, $"at least {_plan.Settings.MinClients} contributions",
                $"{entries.Length}");
        }

        var groups = GroupPartition.Derive(_plan, Round.Opening.Hash, entries);
        TimeSpan window = agreementWindow ?? TimeSpan.FromSeconds(_plan.Settings.AgreementWindowSeconds);
        CertificateProposal proposal = CertificateProposal.Create(
            Round.Opening.Context,
            Round.Opening.Hash,
            Round.Opening.Head,
            (_clock.GetUtcNow() + window).ToUnixTimeMilliseconds(),
            groups,
            _identity,
            Suite.CreateTerms(groups));
        Suite.Close(proposal);
        return _closed = new ClosedRound(this, proposal);
    }

    /// <summary>Takes a holder's vote.</summary>
    /// <exception cref="ProtocolViolationException">Forged, or for another certificate.</exception>
    public void HandleVote(Vote vote)
    {
        ArgumentNullException.ThrowIfNull(vote);
        CertificateRules.RequireVote(vote, RequireClosed().Proposal, _plan);
        _votes[vote.Holder] = vote;
    }

    /// <summary>The certificate of the votes so far.</summary>
    /// <exception cref="ProtocolViolationException"><see cref="ViolationCode.CertificateBelowQuorum"/>.</exception>
    public RoundCertificate CreateCertificate()
    {
        RoundCertificate certificate = RoundCertificate.Create(RequireClosed().Proposal, _votes.Values);
        CertificateRules.RequireQuorum(certificate, _plan);
        return certificate;
    }

    /// <summary>Takes a holder's release.</summary>
    /// <exception cref="ProtocolViolationException">Forged, malformed, or for another certificate.</exception>
    public void HandleRelease(Release release)
    {
        ArgumentNullException.ThrowIfNull(release);
        Require(release);
        Suite.Handle(release);
        _releases[release.Holder] = release;
    }

    /// <summary>Makes the checks of <see cref="HandleRelease"/>.</summary>
    internal void Require(Release release)
    {
        CertificateProposal proposal = RequireClosed().Proposal;
        ReleaseRules.Require(release, proposal, _plan);
        RequireDigestSums(release, proposal);
        Suite.Require(release);
    }

    /// <summary>Forgets open uploads and the running sum.</summary>
    public void Dispose()
    {
        _uploads.Dispose();
        Suite.Dispose();
    }

    private void RequireRoom(ContributionHeader header)
    {
        ArgumentNullException.ThrowIfNull(header);
        RequireOpen(header.Statement.Signer);
        int most = _plan.Settings.GroupSize == 0 ? _plan.Parameters.MaxClients : _plan.Enrolment.Clients.Count;
        if (_uploads.Accepted.Count >= most && StatementOf(header.Statement.Client) is null)
        {
            throw new ProtocolViolationException(ViolationCode.RoundClosed, header.Statement.Signer,
                $"at most {most} contributions", "one more");
        }
    }

    /// <summary>Refuses to forget what is in a sum.</summary>
    internal void RequireForgettable(int client)
    {
        if (Suite.SumsOnAcceptance && _uploads.Accepted.ContainsKey(client))
        {
            throw new InvalidOperationException(
                "the contribution is in the sum already; a server with a store can leave contributions out");
        }
    }

    // A sum that clients could not check is none: the holder counts as one that did not answer.
    private void RequireDigestSums(Release release, CertificateProposal proposal)
    {
        if (_plan.DigestKey is null)
        {
            return;
        }

        if (_digestSums.IsDefault)
        {
            _digestSums = [.. proposal.Groups.Select(group => ContributionDigest.HashOfSum(group
                .Select(entry => _uploads.Accepted[entry.Client].LinearDigest[..LinearDigestParameters.DigestBytes])
                .Select(LinearDigest.Over)))];
        }

        for (int g = 0; g < _digestSums.Length; g++)
        {
            if (release.DigestSums[g] != _digestSums[g])
            {
                throw new ProtocolViolationException(ViolationCode.WrongDigestSum, release.Signer,
                    $"the sum {_digestSums[g].ToShortString()} of the linear digests of group {g}",
                    release.DigestSums[g].ToShortString());
            }
        }
    }

    private ClosedRound RequireClosed() => _closed ?? throw new InvalidOperationException("the round is still open");

    private void RequireOpen(Party sender)
    {
        if (_closed is not null)
        {
            throw new ProtocolViolationException(ViolationCode.RoundClosed, sender, "a round that is open",
                $"round {Round.Opening.Context.Round}, closed");
        }
    }
}
