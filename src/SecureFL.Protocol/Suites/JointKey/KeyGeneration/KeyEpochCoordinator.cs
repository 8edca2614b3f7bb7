using SecureFL.Messages.JointKey;
using SecureFL.Messages.Primitives;
using SecureFL.Messages.Violations;
using SecureFL.Messages.Wire;
using SecureFL.Protocol.Plans;
using SecureFL.Protocol.Suites.JointKey.Layout;
using SecureFL.Rlwe.JointKey;

namespace SecureFL.Protocol.Suites.JointKey.KeyGeneration;

/// <summary>
/// The server's side of a key generation: it only passes messages on and checks them early. It learns nothing but the
/// joint public key. Memory: the public key shares and sealed shares of all holders. Not thread-safe.
/// </summary>
public sealed class KeyEpochCoordinator : IDisposable
{
    private readonly AggregationPlan _plan;
    private readonly RoundContext _context;
    private readonly SortedDictionary<int, KeyEpochEntry> _entries = [];
    private readonly SortedDictionary<int, PublicKeyCommitment> _commitments = [];
    private readonly SortedDictionary<int, KeyEpochConfirmation> _confirmations = [];
    private readonly SortedDictionary<int, KeyReveal> _reveals = [];
    private KeyEpochOpening? _opening;
    private KeyEpochCommitments? _all;

    /// <summary>
    /// Starts epoch <paramref name="epoch"/>: 0 first, a greater one after a failed epoch or when a key has reached its
    /// lifetime.
    /// </summary>
    public KeyEpochCoordinator(AggregationPlan plan, ulong epoch)
    {
        ArgumentNullException.ThrowIfNull(plan);
        _plan = plan;
        _context = plan.Context(epoch);
    }

    /// <summary>Whether every key holder has revealed.</summary>
    public bool HasAllReveals => _reveals.Count == _plan.Quorum.KeyHolders;

    /// <summary>Takes a holder's entry.</summary>
    /// <exception cref="ProtocolViolationException">Forged, of another epoch, or a second one.</exception>
    public void HandleEntry(KeyEpochEntry entry)
    {
        ArgumentNullException.ThrowIfNull(entry);
        EpochRules.Require(entry, _context, _plan);
        Add(_entries, entry.Holder, entry);
    }

    /// <summary>The opening, when all entries are there.</summary>
    /// <exception cref="ProtocolViolationException"><see cref="ViolationCode.OpeningBelowQuorum"/>.</exception>
    public KeyEpochOpening CreateOpening()
    {
        if (_opening is null)
        {
            KeyEpochOpening opening = KeyEpochOpening.Create(_context, _entries.Values);
            EpochRules.Require(opening, _plan);
            _opening = opening;
        }

        return _opening;
    }

    /// <summary>Takes a holder's commitment.</summary>
    /// <exception cref="ProtocolViolationException">Forged, of another epoch or opening, or a second one.</exception>
    public void HandleCommitment(PublicKeyCommitment commitment)
    {
        ArgumentNullException.ThrowIfNull(commitment);
        EpochRules.Require(commitment, _context, CreateOpening().Hash, _plan);
        Add(_commitments, commitment.Holder, commitment);
    }

    /// <summary>All commitments, when they are there.</summary>
    /// <exception cref="ProtocolViolationException"><see cref="ViolationCode.OpeningBelowQuorum"/>.</exception>
    public KeyEpochCommitments CreateCommitments()
    {
        if (_all is null)
        {
            KeyEpochCommitments all = KeyEpochCommitments.Create(_context, _commitments.Values);
            EpochRules.Require(all, _context, CreateOpening().Hash, _plan);
            _all = all;
        }

        return _all;
    }

    /// <summary>Takes what a holder reveals.</summary>
    /// <exception cref="ProtocolViolationException">Not what the holder is committed to.</exception>
    public void HandleReveal(int holder, KeyReveal reveal)
    {
        ArgumentNullException.ThrowIfNull(reveal);
        KeyEpochCommitments commitments = CreateCommitments();
        Party sender = Party.KeyHolder(holder);
        Digest revealed = JointKeyHashes.PublicKeyShare(_context, CreateOpening().Hash, holder,
            reveal.PublicKey.Packed.Span);
        Digest committed = commitments.Commitments[holder].Commitment;
        if (reveal.PublicKey.Holder != holder || revealed != committed)
        {
            throw new ProtocolViolationException(ViolationCode.CommitmentMismatch, sender,
                $"the public key share {committed.ToShortString()}", revealed.ToShortString());
        }

        bool dealt = reveal.Dealing.Dealer == holder
            && reveal.Dealing.Commitments == commitments.Hash
            && reveal.Shares.Length == reveal.Dealing.Shares.Length
            && reveal.Shares.Select((share, i) => share.Dealer == holder && share.Recipient == i
                && JointKeyHashes.SealedShare(share.Ciphertext.Span) == reveal.Dealing.Shares[i]).All(right => right);
        if (!dealt)
        {
            throw new ProtocolViolationException(ViolationCode.ShareMismatch, sender,
                "the sealed shares that it signed, one for each key holder", "others");
        }

        reveal.Dealing.RequireSignature(_plan.HolderKey(holder));
        _reveals[holder] = reveal;
    }

    /// <summary>
    /// What a holder gets after all have revealed, one dealer after the other: public key share, dealing, and the share
    /// for this holder.
    /// </summary>
    public IEnumerable<(PublicKeyShare PublicKey, KeyDealing Dealing, SealedKeyShare Share)> MessagesFor(int holder) =>
        _reveals.Values.Select(reveal => (reveal.PublicKey, reveal.Dealing, reveal.Shares[holder]));

    /// <summary>Takes a holder's confirmation.</summary>
    /// <exception cref="ProtocolViolationException">Forged, or for another key.</exception>
    public void HandleConfirmation(KeyEpochConfirmation confirmation)
    {
        ArgumentNullException.ThrowIfNull(confirmation);
        EpochRules.Require(confirmation, _context, CreateCommitments().Hash,
            JointKeyHashes.JointPublicKey(CreatePublicKey().Packed.Span), _plan);
        Add(_confirmations, confirmation.Holder, confirmation);
    }

    /// <summary>The joint public key: the sum of all holders' shares.</summary>
    /// <exception cref="InvalidOperationException">A reveal is missing.</exception>
    public JointPublicKeyMessage CreatePublicKey()
    {
        if (!HasAllReveals)
        {
            throw new InvalidOperationException(
                $"{_reveals.Count} of {_plan.Quorum.KeyHolders} key holders have revealed");
        }

        using PackedPolynomialSum sum = new(_plan.JointKey.KeySet);
        foreach ((int holder, KeyReveal reveal) in _reveals)
        {
            JointKeyLayout.Add(sum, reveal.PublicKey.Packed.Span, Party.KeyHolder(holder));
        }

        byte[] packed = new byte[_plan.JointKey.PublicKeyBytes];
        sum.Encode(packed);
        return new JointPublicKeyMessage(_context, packed);
    }

    /// <summary>The epoch, when all holders have confirmed it.</summary>
    /// <exception cref="ProtocolViolationException"><see cref="ViolationCode.OpeningBelowQuorum"/>.</exception>
    public JointKeyEpoch CreateEpoch()
    {
        JointPublicKeyMessage key = CreatePublicKey();
        KeyEpochRecord record = KeyEpochRecord.Create(
            _context, CreateOpening().Hash, CreateCommitments().Hash, JointKeyHashes.JointPublicKey(key.Packed.Span),
            _confirmations.Values);
        return JointKeyEpoch.Verify(record, key, _plan);
    }

    /// <summary>Forgets the epoch's messages.</summary>
    public void Dispose() => _reveals.Clear();

    private static void Add<T>(SortedDictionary<int, T> known, int holder, T message)
        where T : SignedMessage
    {
        if (!known.TryAdd(holder, message) && known[holder].Hash != message.Hash)
        {
            throw new ProtocolViolationException(ViolationCode.SecondOpening, message.Signer,
                $"one {message.Type} a key epoch", "another one");
        }
    }
}
