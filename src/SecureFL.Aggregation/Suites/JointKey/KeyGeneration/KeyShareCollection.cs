using SecureFL.Ring.Randomness;
using SecureFL.Threshold;

namespace SecureFL.Aggregation;

/// <summary>
/// What one holder gathers of a key epoch after the commitments: each dealer's public key share, part by part and in order, against its commitment; then the
/// dealer's share for this holder, against the parts. The sums are the joint public key and the holder's share of the joint secret. Not thread-safe.
/// </summary>
internal sealed class KeyShareCollection : IDisposable
{
    private readonly AggregationPlan _plan;
    private readonly int _holder;
    private readonly Digest _opening;
    private readonly KeyEpochCommitments _commitments;
    private readonly HpkePrivateKey _sealing;
    private readonly IPolynomialSum _publicKey;
    private readonly IPolynomialSum _keyShare;
    private readonly Dealing[] _dealings;

    public KeyShareCollection(
        AggregationPlan plan, int holder, ReadOnlySpan<byte> seed, Digest opening, KeyEpochCommitments commitments, HpkePrivateKey sealing)
    {
        _plan = plan;
        _holder = holder;
        _opening = opening;
        _commitments = commitments;
        _sealing = sealing;
        _publicKey = plan.JointKeyArithmetic.CreateSum();
        _keyShare = plan.JointKeyArithmetic.CreateSum();
        _dealings = new Dealing[plan.Quorum.KeyHolders];
        for (int dealer = 0; dealer < _dealings.Length; dealer++)
        {
            _dealings[dealer] = new Dealing(plan.JointKeyArithmetic.Receive(seed, ShareContext.SharePoint(holder)), plan.JointKey.PolynomialBytes);
        }
    }

    public KeyEpochCommitments Commitments => _commitments;

    public bool IsComplete => _dealings.All(dealing => dealing.HasShare);

    /// <summary>Takes the next part of a dealer's public key share; one that was taken before is skipped. The last one must complete the commitment.</summary>
    public void Handle(PublicKeySharePart part)
    {
        Party dealer = Party.KeyHolder(part.Holder);
        RequireContext(part.Context, part.Commitments, dealer);
        Dealing dealing = _dealings[part.Holder];
        if (part.Part < dealing.Hashes.Count)
        {
            return;
        }

        if (part.Part != dealing.Hashes.Count)
        {
            throw new ProtocolViolationException(ViolationCode.ChunkOrder, dealer, $"part {dealing.Hashes.Count}", $"part {part.Part}");
        }

        dealing.Hashes.Add(JointKeyHashes.PublicKeyPart(part.Part, part.Packed.Span));
        if (dealing.Hashes.Count == _plan.JointKey.Parts)
        {
            RequireCommitment(part.Holder, dealing);
        }

        Guard(dealer, () => dealing.Receiver.AddPart(part.Packed.Span));
        if (part.Part == 0)
        {
            dealing.First = part.Packed;
        }
    }

    /// <summary>Opens and checks a dealer's share for this holder; a second one is skipped.</summary>
    public void Handle(SealedKeyShare share)
    {
        RequireContext(share.Context, share.Commitments, share.Signer);
        if (share.Recipient != _holder)
        {
            throw new ProtocolViolationException(ViolationCode.ShareMismatch, share.Signer, $"the share of {Party.KeyHolder(_holder)}", $"{Party.KeyHolder(share.Recipient)}'s");
        }

        share.RequireSignature(_plan.HolderKey(share.Dealer));
        Dealing dealing = _dealings[share.Dealer];
        if (dealing.HasShare)
        {
            return;
        }

        if (dealing.Hashes.Count != _plan.JointKey.Parts)
        {
            throw new ProtocolViolationException(ViolationCode.ChunkOrder, share.Signer, $"{_plan.JointKey.Parts} parts before the share", $"{dealing.Hashes.Count}");
        }

        using SecretBuffer<byte> opened = new(_plan.JointKey.PolynomialBytes);
        try
        {
            byte[] aad = KeyShareContext.AssociatedData(share.Context, share.Commitments, share.Dealer, _holder);
            Hpke.Open(_sealing, KeyShareContext.Info(share.Context), aad, share.Ciphertext.Span, opened.Span);
        }
        catch (ThresholdViolationException refusal)
        {
            throw ThresholdViolations.From(refusal, share.Signer);
        }

        bool fits = false;
        Guard(share.Signer, () => fits = dealing.Receiver.Fits(opened.Span));
        if (!fits)
        {
            throw new ProtocolViolationException(
                ViolationCode.InconsistentShare, share.Signer, "a share on the polynomials that its dealer is committed to", "another");
        }

        _keyShare.Add(opened.Span);
        _publicKey.Add(dealing.First.Span);
        dealing.HasShare = true;
    }

    /// <summary>The joint public key.</summary>
    public byte[] PublicKey()
    {
        byte[] packed = new byte[_plan.JointKey.PolynomialBytes];
        _publicKey.Write(packed);
        return packed;
    }

    /// <summary>Writes this holder's share of the joint secret.</summary>
    public void WriteKeyShare(Span<byte> packed) => _keyShare.Write(packed);

    public void Dispose()
    {
        _publicKey.Dispose();
        _keyShare.Dispose();
        foreach (Dealing dealing in _dealings)
        {
            dealing.Receiver.Dispose();
        }
    }

    private static void Guard(Party sender, Action action)
    {
        try
        {
            action();
        }
        catch (CiphertextRefusal refusal)
        {
            throw refusal.From(sender);
        }
    }

    private void RequireContext(RoundContext context, Digest commitments, Party sender)
    {
        _commitments.Context.Require(context, sender);
        if (commitments != _commitments.Hash)
        {
            throw new ProtocolViolationException(ViolationCode.WrongOpening, sender, _commitments.Hash.ToShortString(), commitments.ToShortString());
        }
    }

    private void RequireCommitment(int dealer, Dealing dealing)
    {
        Digest revealed = JointKeyHashes.PublicKeyShare(_commitments.Context, _opening, dealer, [.. dealing.Hashes]);
        Digest committed = _commitments.Commitments[dealer].Commitment;
        if (revealed != committed)
        {
            throw new ProtocolViolationException(
                ViolationCode.CommitmentMismatch, Party.KeyHolder(dealer), $"the public key share {committed.ToShortString()}", revealed.ToShortString());
        }
    }

    /// <summary>What came of one dealer.</summary>
    private sealed class Dealing(IKeyShareReceiver receiver, int bytes)
    {
        public IKeyShareReceiver Receiver { get; } = receiver;

        public List<Digest> Hashes { get; } = [];

        public ReadOnlyMemory<byte> First { get; set; } = new byte[bytes];

        public bool HasShare { get; set; }
    }
}
