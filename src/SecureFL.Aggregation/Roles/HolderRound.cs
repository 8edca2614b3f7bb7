using System.Collections.Immutable;
using SecureFL.Ring.Randomness;
using SecureFL.Threshold;

namespace SecureFL.Aggregation;

/// <summary>
/// What a key holder keeps of an undecided round: opening, key, and the checked shares (31.7 KB a client at N = 8192;
/// they must be kept because the set is fixed last). In the joint-key suite there is no key, and of a contribution only
/// the statement. Not thread-safe; disposing erases key and shares.
/// </summary>
internal sealed class HolderRound : IDisposable
{
    private readonly AggregationPlan _plan;
    private readonly int _holder;
    private readonly HpkePrivateKey? _key;
    private readonly ShareChecker? _checker;
    private readonly Dictionary<int, (ContributionStatement Statement, SecretBuffer<byte>? Payload)> _shares = [];

    public HolderRound(AggregationPlan plan, int holder, RoundOpening opening, HpkePrivateKey? key)
    {
        _plan = plan;
        _holder = holder;
        _key = key;
        _checker = key is null ? null : new ShareChecker(plan, holder);
        Opening = opening;
    }

    public RoundOpening Opening { get; }

    public void RequireSame(RoundOpening opening)
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
    public void Take(ShareDelivery delivery)
    {
        ContributionStatement statement = delivery.Statement;
        if (delivery.Holder != _holder)
        {
            throw new ProtocolViolationException(ViolationCode.ShareMismatch, Party.Server,
                $"the share of {Party.KeyHolder(_holder)}", $"{Party.KeyHolder(delivery.Holder)}'s");
        }

        StatementRules.Require(statement, Opening, _plan);
        if (_key is not null)
        {
            ShareLayout.RequireHash(delivery.Share.Span, statement, Opening.PositionOf(_holder));
        }

        if (_shares.TryGetValue(statement.Client, out var former))
        {
            if (former.Statement.Hash != statement.Hash)
            {
                throw new ProtocolViolationException(ViolationCode.DuplicateContribution, statement.Signer,
                    "one contribution a round", "another one");
            }

            return;
        }

        _shares.Add(statement.Client,
            (statement, _key is null ? null : _checker!.Open(statement, delivery.Share.Span, _key)));
    }

    /// <summary>The statement behind a certificate's entry.</summary>
    /// <exception cref="ProtocolViolationException"><see cref="ViolationCode.UncheckedContribution"/>.</exception>
    public ContributionStatement Statement(CertificateEntry entry) => Share(entry).Statement;

    /// <summary>For each group, the sum of exactly its members' shares.</summary>
    public Release CreateRelease(CertificateProposal proposal, SigningIdentity identity)
    {
        var answers = ImmutableArray.CreateBuilder<ReadOnlyMemory<byte>>(proposal.Groups.Length);
        foreach (ImmutableArray<CertificateEntry> group in proposal.Groups)
        {
            using ShareSum sum = new(_plan.Sharing, group.Length);
            for (int i = 0; i < group.Length; i++)
            {
                sum.Add(i, Share(group[i]).Payload!.Span);
            }

            byte[] answer = new byte[_plan.Sharing.AnswerBytes];
            sum.WriteAnswer(answer);
            answers.Add(answer);
        }

        return Release.Create(proposal, _holder, answers.MoveToImmutable(), identity);
    }

    public void Dispose()
    {
        foreach ((_, SecretBuffer<byte>? payload) in _shares.Values)
        {
            payload?.Dispose();
        }

        _shares.Clear();
        _checker?.Dispose();
        _key?.Dispose();
    }

    private (ContributionStatement Statement, SecretBuffer<byte>? Payload) Share(CertificateEntry entry) =>
        _shares.TryGetValue(entry.Client, out var share) && share.Statement.Hash == entry.Contribution
            ? share
            : throw new ProtocolViolationException(
                ViolationCode.UncheckedContribution,
                Party.Server,
                $"contributions whose share {Party.KeyHolder(_holder)} has checked",
                $"contribution {entry.Contribution.ToShortString()} of client {entry.Client}");
}
