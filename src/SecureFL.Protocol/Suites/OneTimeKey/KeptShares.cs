using System.Collections.Immutable;
using SecureFL.Messages.Identity;
using SecureFL.Messages.Rounds;
using SecureFL.Protocol.Plans;
using SecureFL.Ring.Randomness;
using SecureFL.Threshold;
using SecureFL.Threshold.HybridEncryption;
using SecureFL.Threshold.Sharing;

namespace SecureFL.Protocol.Suites.OneTimeKey;

/// <summary>The opened and checked shares of one round, and the key that opens them. Not thread-safe.</summary>
internal sealed class KeptShares(AggregationPlan plan, int holder, RoundOpening opening, HpkePrivateKey key)
    : IHolderShares
{
    private readonly ShareChecker _checker = new(plan, holder);
    private readonly Dictionary<int, SecretBuffer<byte>> _payloads = [];

    public void Require(ContributionStatement statement, ReadOnlySpan<byte> share) =>
        ShareLayout.RequireHash(share, statement, opening.PositionOf(holder));

    public void Take(ContributionStatement statement, ReadOnlySpan<byte> share) =>
        _payloads.Add(statement.Client, _checker.Open(statement, share, key));

    /// <summary>For each group, the sum of exactly its members' shares, and that of their linear digests.</summary>
    public Release CreateRelease(CertificateProposal proposal, HolderRound round, SigningIdentity identity)
    {
        var answers = ImmutableArray.CreateBuilder<ReadOnlyMemory<byte>>(proposal.Groups.Length);
        foreach (ImmutableArray<CertificateEntry> group in proposal.Groups)
        {
            using ShareSum sum = new(plan.Sharing, group.Length);
            for (int i = 0; i < group.Length; i++)
            {
                sum.Add(i, _payloads[round.Statement(group[i]).Client].Span);
            }

            byte[] answer = new byte[plan.Sharing.AnswerBytes];
            sum.WriteAnswer(answer);
            answers.Add(answer);
        }

        return Release.Create(proposal, holder, answers.MoveToImmutable(),
            [.. proposal.Groups.Select(round.HashOfDigestSum)], identity);
    }

    public void Dispose()
    {
        foreach (SecretBuffer<byte> payload in _payloads.Values)
        {
            payload.Dispose();
        }

        _payloads.Clear();
        _checker.Dispose();
        key.Dispose();
    }
}
