using System.Collections.Immutable;
using SecureFL.Messages.Identity;
using SecureFL.Messages.Primitives;
using SecureFL.Messages.Violations;
using SecureFL.Messages.Wire;

namespace SecureFL.Messages.Rounds;

/// <summary>A proposal with the votes that make it the one certificate of its round.</summary>
public sealed class RoundCertificate : ProtocolMessage
{
    private RoundCertificate(CertificateProposal proposal, ImmutableArray<Vote> votes)
    {
        Proposal = proposal;
        Votes = votes;
    }

    /// <summary>The set.</summary>
    public CertificateProposal Proposal { get; }

    /// <summary>The votes, holder indices strictly rising.</summary>
    public ImmutableArray<Vote> Votes { get; }

    /// <inheritdoc/>
    public override MessageType Type => MessageType.RoundCertificate;

    /// <summary>Puts the votes in order; whether they are enough is the protocol's to say.</summary>
    public static RoundCertificate Create(CertificateProposal proposal, IEnumerable<Vote> votes) =>
        new(proposal, [.. votes.OrderBy(v => v.Holder)]);

    /// <summary>Parses within the plan's limits.</summary>
    /// <exception cref="ProtocolViolationException">Malformed or of another context.</exception>
    public static RoundCertificate Parse(ReadOnlySpan<byte> bytes, MessageLimits limits)
    {
        CanonicalReader reader = MessageFields.Open(bytes, MessageType.RoundCertificate, Party.Server);
        RoundCertificate certificate = Read(ref reader, limits);
        reader.End();
        return certificate;
    }

    internal static RoundCertificate Read(ref CanonicalReader reader, MessageLimits limits)
    {
        RoundContext.ReadTypeAndVersion(ref reader, MessageType.CertificateProposal);
        CertificateProposal proposal = CertificateProposal.Read(ref reader, limits);
        Vote[] votes = new Vote[reader.Count(1, limits.KeyHolders, VerificationKey.SignatureSize, "votes")];
        for (int i = 0; i < votes.Length; i++)
        {
            RoundContext.ReadTypeAndVersion(ref reader, MessageType.Vote);
            votes[i] = Vote.Read(ref reader, limits);
            if (i > 0 && votes[i].Holder <= votes[i - 1].Holder)
            {
                throw reader.Refuse(
                    votes[i].Holder == votes[i - 1].Holder ? ViolationCode.DuplicateHolder : ViolationCode.NonCanonical,
                    "votes", "rising holder indices", votes[i].Holder);
            }
        }

        return new RoundCertificate(proposal, [.. votes]);
    }

    private protected override void WriteFields(CanonicalWriter writer)
    {
        writer.Fixed(Proposal.Encode());
        writer.Count(Votes.Length);
        foreach (Vote vote in Votes)
        {
            writer.Fixed(vote.Encode());
        }
    }
}
