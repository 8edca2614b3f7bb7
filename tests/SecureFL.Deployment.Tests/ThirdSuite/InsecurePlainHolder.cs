using SecureFL.Messages.Rounds;
using SecureFL.Messages.Wire;
using SecureFL.Protocol.Suites;

namespace SecureFL.Deployment.Tests.ThirdSuite;

/// <summary>The toy's key holder: it has no key, and says yes to what it voted for.</summary>
internal sealed class InsecurePlainHolder(SuiteKeyHolderSettings settings) : ISuiteKeyHolder
{
    public const int EntryKeyBytes = 16;

    public byte[] CreateEntryKey(ulong round) => new byte[EntryKeyBytes];

    public void RequireEntryKey(ulong round)
    {
    }

    public IHolderShares OpenRound(RoundOpening opening) => new NoShares();

    public void RequireVote(CertificateProposal proposal, RoundOpening opening)
    {
    }

    public Release CreateRelease(CertificateProposal proposal) => Release.Create(proposal, settings.Holder,
        [.. proposal.Groups.Select((_, group) => (ReadOnlyMemory<byte>)InsecurePlainSuite.AnswerTo(proposal, group))],
        [], settings.Identity);

    public byte[]? Handle(MessageType type, ReadOnlyMemory<byte> message) => null;

    public void End(ulong round, RoundEnd end)
    {
    }

    public void Dispose()
    {
    }

    private sealed class NoShares : IHolderShares
    {
        public void Require(ContributionStatement statement, ReadOnlySpan<byte> share)
        {
        }

        public void Take(ContributionStatement statement, ReadOnlySpan<byte> share)
        {
        }

        public void Dispose()
        {
        }
    }
}
