using System.Collections.Immutable;
using SecureFL.Messages.Primitives;
using SecureFL.Messages.Rounds;
using SecureFL.Messages.Violations;
using SecureFL.Protocol.Plans;
using SecureFL.Protocol.Rules;
using SecureFL.Protocol.Summation;
using SecureFL.Rlwe.Digests;

namespace SecureFL.Protocol.Suites;

/// <summary>
/// What a key holder keeps of an undecided round: the opening, the statements, and what the suite keeps of the checked
/// shares (one-time keys: 31.7 KB a client at N = 8192, and a linear digest of 51.2 KB; a joint key: two digests; they
/// must be kept because the set is fixed last). Not thread-safe; disposing erases keys and shares.
/// </summary>
public sealed class HolderRound : IDisposable
{
    private readonly AggregationPlan _plan;
    private readonly int _holder;
    private readonly Dictionary<int, ContributionStatement> _statements = [];
    private readonly Dictionary<int, ImmutableArray<LinearDigest>> _digests = [];

    internal HolderRound(AggregationPlan plan, int holder, RoundOpening opening, IHolderShares shares)
    {
        _plan = plan;
        _holder = holder;
        Opening = opening;
        Shares = shares;
    }

    /// <summary>The round.</summary>
    public RoundOpening Opening { get; }

    /// <summary>The shares as the suite keeps them.</summary>
    public IHolderShares Shares { get; }

    /// <summary>The statement behind a certificate's entry.</summary>
    /// <exception cref="ProtocolViolationException"><see cref="ViolationCode.UncheckedContribution"/>.</exception>
    public ContributionStatement Statement(CertificateEntry entry) =>
        _statements.TryGetValue(entry.Client, out ContributionStatement? statement)
            && statement.Hash == entry.Contribution
            ? statement
            : throw new ProtocolViolationException(
                ViolationCode.UncheckedContribution,
                Party.Server,
                $"contributions whose share {Party.KeyHolder(_holder)} has checked",
                $"contribution {entry.Contribution.ToShortString()} of client {entry.Client}");

    /// <summary>The hash of the sum of a group's linear digests; under a joint key of those of c0.</summary>
    internal Digest HashOfDigestSum(ImmutableArray<CertificateEntry> group) =>
        ContributionDigest.HashOfSum(group.Select(entry => _digests[Statement(entry).Client][0]));

    /// <summary>The sum of a group's linear digests of c1, under a joint key.</summary>
    internal LinearDigest SecondDigestSum(ImmutableArray<CertificateEntry> group) =>
        LinearDigest.Sum(group.Select(entry => _digests[Statement(entry).Client][1]));

    internal void RequireSame(RoundOpening opening)
    {
        if (opening.Hash != Opening.Hash)
        {
            throw new ProtocolViolationException(
                ViolationCode.SecondOpening, Party.Server,
                $"the opening {Opening.Hash.ToShortString()} of round {Opening.Context.Round}",
                opening.Hash.ToShortString());
        }
    }

    /// <summary>
    /// Opens, checks and keeps a share. A repeated delivery is welcome; another contribution of the client is not.
    /// </summary>
    internal void Take(ShareDelivery delivery)
    {
        ContributionStatement statement = delivery.Statement;
        if (delivery.Holder != _holder)
        {
            throw new ProtocolViolationException(ViolationCode.ShareMismatch, Party.Server,
                $"the share of {Party.KeyHolder(_holder)}", $"{Party.KeyHolder(delivery.Holder)}'s");
        }

        StatementRules.Require(statement, Opening, _plan);
        Shares.Require(statement, delivery.Share.Span);
        LinearDigestHash.Require(delivery.LinearDigest.Span, statement);
        if (_statements.TryGetValue(statement.Client, out ContributionStatement? former))
        {
            if (former.Hash != statement.Hash)
            {
                throw new ProtocolViolationException(ViolationCode.DuplicateContribution, statement.Signer,
                    "one contribution a round", "another one");
            }

            return;
        }

        ImmutableArray<LinearDigest> digests = ContributionDigest.Read(delivery.LinearDigest.Span, statement);
        Shares.Take(statement, delivery.Share.Span);
        _digests.Add(statement.Client, digests);
        _statements.Add(statement.Client, statement);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Shares.Dispose();
        _statements.Clear();
        _digests.Clear();
    }
}
