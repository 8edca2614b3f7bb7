using SecureFL.Messages.Identity;
using SecureFL.Messages.Primitives;
using SecureFL.Messages.Violations;
using SecureFL.Messages.Wire;

namespace SecureFL.Messages.Rounds;

/// <summary>A starting key holder asks its peers what they know about its past, over a fresh nonce.</summary>
public sealed class LedgerHeadRequest : SignedMessage
{
    private readonly byte[] _nonce;

    private LedgerHeadRequest(RoundContext context, int holder, byte[] nonce)
    {
        Context = context;
        Holder = holder;
        _nonce = nonce;
    }

    /// <summary>Plan and session; the round is 0.</summary>
    public RoundContext Context { get; }

    /// <summary>Who asks.</summary>
    public int Holder { get; }

    /// <summary>32 random bytes.</summary>
    public ReadOnlyMemory<byte> Nonce => _nonce;

    /// <inheritdoc/>
    public override MessageType Type => MessageType.LedgerHeadRequest;

    /// <inheritdoc/>
    public override Party Signer => Party.KeyHolder(Holder);

    /// <summary>Parses within the plan's limits.</summary>
    /// <exception cref="ProtocolViolationException">Malformed or of another context.</exception>
    public static LedgerHeadRequest Parse(ReadOnlySpan<byte> bytes, MessageLimits limits)
    {
        CanonicalReader reader = MessageFields.Open(bytes, MessageType.LedgerHeadRequest, Party.Peer);
        LedgerHeadRequest request = new(
            RoundContext.Read(ref reader, limits), MessageFields.Holder(ref reader, limits),
            reader.Fixed(RoundOpeningEntry.NonceSize, "nonce").ToArray());
        request.ReadSignature(ref reader);
        reader.End();
        return request;
    }

    internal static LedgerHeadRequest Create(RoundContext context, int holder, byte[] nonce, SigningIdentity identity)
    {
        LedgerHeadRequest request = new(context, holder, nonce);
        request.SignWith(identity);
        return request;
    }

    private protected override void WriteFields(CanonicalWriter writer)
    {
        Context.Write(writer);
        writer.Count(Holder);
        writer.Fixed(_nonce);
    }
}

/// <summary>
/// What a peer's ledger knows about a starting holder: the newest vote and the newest opening entry of that holder that
/// the peer was shown. They carry the holder's own signature, so no peer can invent a past.
/// </summary>
public sealed class LedgerHead : SignedMessage
{
    private readonly byte[] _nonce;

    private LedgerHead(RoundContext context, int holder, int subject, byte[] nonce, Vote? vote,
        RoundOpeningEntry? entry)
    {
        Context = context;
        Holder = holder;
        Subject = subject;
        _nonce = nonce;
        NewestVote = vote;
        NewestEntry = entry;
    }

    /// <summary>Plan and session; the round is 0.</summary>
    public RoundContext Context { get; }

    /// <summary>Who answers.</summary>
    public int Holder { get; }

    /// <summary>Who asked.</summary>
    public int Subject { get; }

    /// <summary>The request's nonce.</summary>
    public ReadOnlyMemory<byte> Nonce => _nonce;

    /// <summary>The subject's vote of the highest round that the peer was shown, if any.</summary>
    public Vote? NewestVote { get; }

    /// <summary>The subject's opening entry of the highest round that the peer was shown, if any.</summary>
    public RoundOpeningEntry? NewestEntry { get; }

    /// <inheritdoc/>
    public override MessageType Type => MessageType.LedgerHead;

    /// <inheritdoc/>
    public override Party Signer => Party.KeyHolder(Holder);

    /// <summary>Parses within the plan's limits.</summary>
    /// <exception cref="ProtocolViolationException">Malformed or of another context.</exception>
    public static LedgerHead Parse(ReadOnlySpan<byte> bytes, MessageLimits limits)
    {
        CanonicalReader reader = MessageFields.Open(bytes, MessageType.LedgerHead, Party.Peer);
        RoundContext context = RoundContext.Read(ref reader, limits);
        int holder = MessageFields.Holder(ref reader, limits);
        int subject = MessageFields.Holder(ref reader, limits);
        byte[] nonce = reader.Fixed(RoundOpeningEntry.NonceSize, "nonce").ToArray();
        Vote? vote = null;
        if (reader.Flag("hasVote"))
        {
            RoundContext.ReadTypeAndVersion(ref reader, MessageType.Vote);
            vote = Vote.Read(ref reader, limits);
        }

        RoundOpeningEntry? entry = null;
        if (reader.Flag("hasEntry"))
        {
            RoundContext.ReadTypeAndVersion(ref reader, MessageType.RoundOpeningEntry);
            entry = RoundOpeningEntry.Read(ref reader, limits);
        }

        LedgerHead head = new(context, holder, subject, nonce, vote, entry);
        head.ReadSignature(ref reader);
        reader.End();
        return head;
    }

    internal static LedgerHead Create(LedgerHeadRequest request, int holder, Vote? vote, RoundOpeningEntry? entry,
        SigningIdentity identity)
    {
        LedgerHead head = new(request.Context, holder, request.Holder, request.Nonce.ToArray(), vote, entry);
        head.SignWith(identity);
        return head;
    }

    private protected override void WriteFields(CanonicalWriter writer)
    {
        Context.Write(writer);
        writer.Count(Holder);
        writer.Count(Subject);
        writer.Fixed(_nonce);
        writer.Flag(NewestVote is not null);
        if (NewestVote is not null)
        {
            writer.Fixed(NewestVote.Encode());
        }

        writer.Flag(NewestEntry is not null);
        if (NewestEntry is not null)
        {
            writer.Fixed(NewestEntry.Encode());
        }
    }
}
