using SecureFL.Messages.Identity;
using SecureFL.Messages.Primitives;
using SecureFL.Messages.Violations;
using SecureFL.Messages.Wire;

namespace SecureFL.Messages.Rounds;

/// <summary>
/// A key holder's vote for a certificate: it has checked every listed share, and it votes once a round.
/// </summary>
public sealed class Vote : SignedMessage
{
    private Vote(RoundContext context, Digest opening, Digest certificate, int holder)
    {
        Context = context;
        Opening = opening;
        Certificate = certificate;
        Holder = holder;
    }

    /// <summary>Plan, session, round.</summary>
    public RoundContext Context { get; }

    /// <summary>The opening digest.</summary>
    public Digest Opening { get; }

    /// <summary>The certificate hash.</summary>
    public Digest Certificate { get; }

    /// <summary>The holder's plan index.</summary>
    public int Holder { get; }

    /// <inheritdoc/>
    public override MessageType Type => MessageType.Vote;

    /// <inheritdoc/>
    public override Party Signer => Party.KeyHolder(Holder);

    /// <summary>Parses within the plan's limits.</summary>
    /// <exception cref="ProtocolViolationException">Malformed or of another context.</exception>
    public static Vote Parse(ReadOnlySpan<byte> bytes, MessageLimits limits)
    {
        CanonicalReader reader = MessageFields.Open(bytes, MessageType.Vote, Party.Peer);
        Vote vote = Read(ref reader, limits);
        reader.End();
        return vote;
    }

    internal static Vote Create(CertificateProposal proposal, int holder, SigningIdentity identity)
    {
        Vote vote = new(proposal.Context, proposal.Opening, proposal.Hash, holder);
        vote.SignWith(identity);
        return vote;
    }

    /// <summary>Reads what follows type and version.</summary>
    internal static Vote Read(ref CanonicalReader reader, MessageLimits limits)
    {
        Vote vote = new(
            RoundContext.Read(ref reader, limits), reader.Digest("opening"), reader.Digest("certificate"),
            MessageFields.Holder(ref reader, limits));
        vote.ReadSignature(ref reader);
        return vote;
    }

    private protected override void WriteFields(CanonicalWriter writer)
    {
        Context.Write(writer);
        writer.Digest(Opening);
        writer.Digest(Certificate);
        writer.Count(Holder);
    }
}
