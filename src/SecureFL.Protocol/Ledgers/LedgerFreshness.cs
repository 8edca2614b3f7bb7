using SecureFL.Messages.Identity;
using SecureFL.Messages.Rounds;
using SecureFL.Messages.Violations;
using SecureFL.Messages.Wire;
using SecureFL.Protocol.Plans;
using SecureFL.Protocol.Stores;
using SecureFL.Ring.Randomness;

namespace SecureFL.Protocol.Ledgers;

/// <summary>
/// Finds out whether a ledger was restored from an old copy: max(t, q_a) - 1 peers sign, over a fresh nonce, the newest
/// vote and entry that they were shown of this holder. Each carries the holder's own signature, so no peer can invent a
/// past; and a vote that led to a certificate was shown to its releasers. A vote that no peer was shown stays
/// undetected. Not thread-safe.
/// </summary>
internal sealed class LedgerFreshness(AggregationPlan plan, int holder, SigningIdentity identity,
    IEntropySource entropy)
{
    private readonly HashSet<int> _confirmed = [];
    private byte[] _nonce = [];
    private bool _behind;

    public bool IsConfirmed => !_behind && _confirmed.Count >= plan.Quorum.PeerHeads;

    public LedgerHeadRequest CreateRequest()
    {
        _nonce = new byte[RoundOpeningEntry.NonceSize];
        entropy.Fill(_nonce);
        _confirmed.Clear();
        return LedgerHeadRequest.Create(plan.Context(0), holder, _nonce, identity);
    }

    public static LedgerHead Answer(LedgerHeadRequest request, LedgerState state, AggregationPlan plan, int holder,
        SigningIdentity identity)
    {
        request.RequireSignature(plan.HolderKey(request.Holder));
        return LedgerHead.Create(request, holder, state.NewestVoteOf(request.Holder),
            state.NewestEntryOf(request.Holder), identity);
    }

    public void Handle(LedgerHead head, LedgerState state)
    {
        bool answersThis = head.Subject == holder && head.Holder != holder && _nonce.Length > 0
            && head.Nonce.Span.SequenceEqual(_nonce);
        if (!answersThis)
        {
            throw new ProtocolViolationException(ViolationCode.WrongLedgerHead, head.Signer,
                "an answer to this holder's newest request", "another");
        }

        head.RequireSignature(plan.HolderKey(head.Holder));
        RequireKnown(head, state);
        _confirmed.Add(head.Holder);
    }

    public void Require()
    {
        if (_behind)
        {
            throw Behind("this ledger is behind what its holder has signed");
        }

        if (!IsConfirmed)
        {
            throw new StaleLedgerException(
                isBehind: false,
                $"{_confirmed.Count} of {plan.Quorum.PeerHeads} peers have confirmed the ledger; the holder signs "
                + $"nothing before");
        }
    }

    private void RequireKnown(LedgerHead head, LedgerState state)
    {
        if (head.NewestVote is { } vote)
        {
            RequireOwn(vote, vote.Holder, head);
            if (state.VoteOf(vote.Context.Round)?.Hash != vote.Hash)
            {
                throw Behind(
                    $"{head.Signer} shows this holder's vote of round {vote.Context.Round}, which the ledger does "
                    + $"not know");
            }
        }

        if (head.NewestEntry is { } entry)
        {
            RequireOwn(entry, entry.Holder, head);
            if (state.EntryOf(entry.Context.Round)?.Hash != entry.Hash)
            {
                throw Behind(
                    $"{head.Signer} shows this holder's entry of round {entry.Context.Round}, which the ledger does "
                    + $"not know");
            }
        }
    }

    private void RequireOwn(SignedMessage message, int signer, LedgerHead head)
    {
        if (signer != holder)
        {
            throw new ProtocolViolationException(ViolationCode.WrongLedgerHead, head.Signer,
                $"a signature of {Party.KeyHolder(holder)}", $"{Party.KeyHolder(signer)}'s");
        }

        message.RequireSignature(plan.HolderKey(holder));
    }

    private StaleLedgerException Behind(string message)
    {
        _behind = true;
        return new StaleLedgerException(isBehind: true, message);
    }
}
