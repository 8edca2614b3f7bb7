using SecureFL.Messages.JointKey;
using SecureFL.Messages.Primitives;
using SecureFL.Messages.Violations;
using SecureFL.Messages.Wire;
using SecureFL.Protocol.Plans;
using SecureFL.Protocol.Rules;
using SecureFL.Protocol.Suites.JointKey.Layout;
using SecureFL.Protocol.Suites.OneTimeKey;
using SecureFL.Ring.Randomness;
using SecureFL.Rlwe.JointKey;
using SecureFL.Threshold;
using SecureFL.Threshold.HybridEncryption;
using SecureFL.Threshold.JointKey;

namespace SecureFL.Protocol.Suites.JointKey.KeyGeneration;

/// <summary>
/// What one holder gathers of a key epoch after the commitments: each dealer's public key share, against its
/// commitment; its dealing; and the dealer's share for this holder, against the dealing. The sums are the joint public
/// key and the holder's share of the joint secret. Not thread-safe.
/// </summary>
internal sealed class KeyShareCollection : IDisposable
{
    private readonly AggregationPlan _plan;
    private readonly int _holder;
    private readonly Digest _opening;
    private readonly KeyEpochCommitments _commitments;
    private readonly HpkePrivateKey _sealing;
    private readonly PackedPolynomialSum _publicKey;
    private readonly ThresholdKeyShare _keyShare;
    private readonly HashSet<int> _revealed = [];
    private readonly Dictionary<int, KeyDealing> _dealings = [];
    private readonly HashSet<int> _shared = [];

    public KeyShareCollection(AggregationPlan plan, int holder, Digest opening, KeyEpochCommitments commitments,
        HpkePrivateKey sealing)
    {
        _plan = plan;
        _holder = holder;
        _opening = opening;
        _commitments = commitments;
        _sealing = sealing;
        _publicKey = new PackedPolynomialSum(plan.JointKey.KeySet);
        _keyShare = new ThresholdKeyShare(plan.JointKey.Sharing, ShareContext.SharePoint(holder));
    }

    public KeyEpochCommitments Commitments => _commitments;

    public bool IsComplete => _revealed.Count == _plan.Quorum.KeyHolders && _shared.Count == _plan.Quorum.KeyHolders;

    /// <summary>Takes a holder's public key share; a repetition is skipped.</summary>
    public void Handle(PublicKeyShare share)
    {
        Party sender = Party.KeyHolder(share.Holder);
        RequireContext(share.Context, share.Commitments, sender);
        Digest revealed = JointKeyHashes.PublicKeyShare(share.Context, _opening, share.Holder, share.Packed.Span);
        Digest committed = _commitments.Commitments[share.Holder].Commitment;
        if (revealed != committed)
        {
            throw new ProtocolViolationException(
                ViolationCode.CommitmentMismatch, sender, $"the public key share {committed.ToShortString()}",
                revealed.ToShortString());
        }

        if (!_revealed.Contains(share.Holder))
        {
            JointKeyLayout.Add(_publicKey, share.Packed.Span, sender);
            _revealed.Add(share.Holder);
        }
    }

    /// <summary>Takes what a dealer signs about its shares, once.</summary>
    public void Handle(KeyDealing dealing)
    {
        RequireContext(dealing.Context, dealing.Commitments, dealing.Signer);
        dealing.RequireSignature(_plan.HolderKey(dealing.Dealer));
        if (!_dealings.TryAdd(dealing.Dealer, dealing) && _dealings[dealing.Dealer].Hash != dealing.Hash)
        {
            throw new ProtocolViolationException(ViolationCode.SecondOpening, dealing.Signer, "one dealing a key epoch",
                "another one");
        }
    }

    /// <summary>Opens and checks a dealer's share for this holder; a repetition is skipped.</summary>
    public void Handle(SealedKeyShare share)
    {
        Party dealer = Party.KeyHolder(share.Dealer);
        RequireContext(share.Context, share.Commitments, dealer);
        if (!_dealings.TryGetValue(share.Dealer, out KeyDealing? dealing))
        {
            throw new ProtocolViolationException(ViolationCode.ChunkOrder, dealer,
                "the dealing before the share", "none");
        }

        if (share.Recipient != _holder || JointKeyHashes.SealedShare(share.Ciphertext.Span) != dealing.Shares[_holder])
        {
            throw new ProtocolViolationException(
                ViolationCode.ShareMismatch, dealer,
                $"the share {dealing.Shares[_holder].ToShortString()} that was dealt to {Party.KeyHolder(_holder)}",
                "another");
        }

        if (_shared.Contains(share.Dealer))
        {
            return;
        }

        using SecretBuffer<byte> payload = new(_plan.JointKey.Sharing.PayloadBytes);
        try
        {
            byte[] aad = KeyShareContext.AssociatedData(share.Context, share.Commitments, share.Dealer, _holder);
            Hpke.Open(_sealing, KeyShareContext.Info(share.Context), aad, share.Ciphertext.Span, payload.Span);
            byte[] challenge = JointKeyHashes.KeyShareChallenge(share.Context, share.Commitments, share.Dealer,
                dealing.Shares.AsSpan());
            _keyShare.Add(payload.Span, challenge, dealing.Proof.Span);
        }
        catch (ThresholdViolationException refusal)
        {
            throw ThresholdViolations.From(refusal, dealer);
        }

        _shared.Add(share.Dealer);
    }

    /// <summary>The joint public key.</summary>
    public byte[] PublicKey()
    {
        byte[] packed = new byte[_plan.JointKey.PublicKeyBytes];
        _publicKey.Encode(packed);
        return packed;
    }

    /// <summary>Writes this holder's share of the joint secret.</summary>
    public void WriteKeyShare(Span<byte> packed) => _keyShare.Encode(packed);

    public void Dispose()
    {
        _publicKey.Dispose();
        _keyShare.Dispose();
    }

    private void RequireContext(RoundContext context, Digest commitments, Party sender)
    {
        _commitments.Context.Require(context, sender);
        if (commitments != _commitments.Hash)
        {
            throw new ProtocolViolationException(ViolationCode.WrongOpening, sender, _commitments.Hash.ToShortString(),
                commitments.ToShortString());
        }
    }
}
