using System.Collections.Immutable;

namespace SecureFL.Aggregation;

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

    /// <summary>Puts the votes in order; <see cref="CertificateRules.RequireQuorum"/> judges them.</summary>
    public static RoundCertificate Create(CertificateProposal proposal, IEnumerable<Vote> votes) =>
        new(proposal, [.. votes.OrderBy(v => v.Holder)]);

    /// <summary>Parses within the plan's limits.</summary>
    /// <exception cref="ProtocolViolationException">Malformed or of another context.</exception>
    public static RoundCertificate Parse(ReadOnlySpan<byte> bytes, AggregationPlan plan)
    {
        CanonicalReader reader = MessageLimits.Open(bytes, MessageType.RoundCertificate, Party.Server);
        RoundContext.ReadTypeAndVersion(ref reader, MessageType.CertificateProposal);
        CertificateProposal proposal = CertificateProposal.Read(ref reader, plan);
        Vote[] votes = new Vote[reader.Count(1, plan.Quorum.KeyHolders, VerificationKey.SignatureSize, "votes")];
        for (int i = 0; i < votes.Length; i++)
        {
            RoundContext.ReadTypeAndVersion(ref reader, MessageType.Vote);
            votes[i] = Vote.Read(ref reader, plan);
            if (i > 0 && votes[i].Holder <= votes[i - 1].Holder)
            {
                throw reader.Refuse(
                    votes[i].Holder == votes[i - 1].Holder ? ViolationCode.DuplicateHolder : ViolationCode.NonCanonical,
                    "votes", "rising holder indices", votes[i].Holder);
            }
        }

        reader.End();
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
