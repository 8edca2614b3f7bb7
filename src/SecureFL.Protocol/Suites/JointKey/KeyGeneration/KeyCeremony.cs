using System.Collections.Immutable;
using SecureFL.Messages.Identity;
using SecureFL.Messages.JointKey;
using SecureFL.Messages.Primitives;
using SecureFL.Messages.Rounds;
using SecureFL.Messages.Violations;
using SecureFL.Messages.Wire;
using SecureFL.Protocol.Plans;
using SecureFL.Protocol.Suites.JointKey.Layout;
using SecureFL.Protocol.Suites.OneTimeKey;
using SecureFL.Ring.Randomness;
using SecureFL.Threshold.HybridEncryption;
using SecureFL.Threshold.JointKey;

namespace SecureFL.Protocol.Suites.JointKey.KeyGeneration;

/// <summary>What a holder reveals once it has seen all commitments.</summary>
/// <param name="PublicKey">Its public key share: for everybody.</param>
/// <param name="Dealing">What it signs about the shares of its secret: for everybody.</param>
/// <param name="Shares">The sealed shares, one for each key holder.</param>
public sealed record KeyReveal(PublicKeyShare PublicKey, KeyDealing Dealing, ImmutableArray<SealedKeyShare> Shares);

/// <summary>
/// One holder's side of one key epoch: entry, commitment, reveal, shares, confirmation. Its secrets live in memory
/// only: a holder that stops on the way has lost the epoch, and all holders start the next one. Not thread-safe.
/// </summary>
internal sealed class KeyCeremony : IDisposable
{
    private readonly AggregationPlan _plan;
    private readonly SigningIdentity _identity;
    private readonly IEntropySource _entropy;
    private readonly HpkePrivateKey _sealing;
    private KeyEpochOpening? _opening;
    private JointSecretShare? _secret;
    private byte[] _publicKey = [];
    private PublicKeyCommitment? _commitment;
    private KeyEpochCommitments? _commitments;
    private KeyReveal? _reveal;
    private KeyShareCollection? _collection;

    public KeyCeremony(AggregationPlan plan, SigningIdentity identity, IEntropySource entropy,
        RoundContext context, int holder)
    {
        _plan = plan;
        _identity = identity;
        _entropy = entropy;
        _sealing = HpkePrivateKey.Generate(entropy);
        Span<byte> nonce = stackalloc byte[RoundOpeningEntry.NonceSize];
        entropy.Fill(nonce);
        Entry = KeyEpochEntry.Create(context, holder, nonce, _sealing.PublicKey.Encoded, identity);
    }

    public KeyEpochEntry Entry { get; }

    public ulong Epoch => Entry.Context.Round;

    public KeyShareCollection Collection =>
        _collection ?? throw new ProtocolViolationException(ViolationCode.WrongOpening, Party.Server,
            $"the commitments of key epoch {Epoch} first", "none");

    /// <summary>Draws the secret and commits to its public half.</summary>
    public PublicKeyCommitment HandleOpening(KeyEpochOpening opening)
    {
        Entry.Context.Require(opening.Context, Party.Server);
        if (_commitment is not null)
        {
            return opening.Hash == _opening!.Hash ? _commitment : throw Second(_opening.Hash, opening.Hash);
        }

        EpochRules.Require(opening, _plan);
        if (opening.Entries[Entry.Holder].Hash != Entry.Hash)
        {
            throw new ProtocolViolationException(ViolationCode.WrongOpening, Party.Server,
                $"the entry that {Entry.Signer} signed", "another");
        }

        PublicKeyGenProtocol protocol =
            new(_plan.JointKey.KeySet, JointKeyHashes.ReferenceSeed(opening.Context, opening.Hash));
        (_secret, PublicKeyGenShare share) = protocol.GenerateShare(_entropy);
        _publicKey = share.Encoded.ToArray();
        _opening = opening;
        return _commitment = PublicKeyCommitment.Create(
            opening.Context, opening.Hash, Entry.Holder,
            JointKeyHashes.PublicKeyShare(opening.Context, opening.Hash, Entry.Holder, _publicKey), _identity);
    }

    /// <summary>
    /// Reveals, once every holder is committed, and erases the secret: it is shared from here on. A repetition gives
    /// the same bytes.
    /// </summary>
    public KeyReveal HandleCommitments(KeyEpochCommitments commitments)
    {
        if (_commitment is null)
        {
            throw new ProtocolViolationException(ViolationCode.WrongOpening, Party.Server,
                $"the opening of key epoch {Epoch} first", "none");
        }

        if (_reveal is not null)
        {
            return commitments.Hash == _commitments!.Hash ? _reveal : throw Second(_commitments.Hash, commitments.Hash);
        }

        EpochRules.Require(commitments, Entry.Context, _opening!.Hash, _plan);
        if (commitments.Commitments[Entry.Holder].Hash != _commitment.Hash)
        {
            throw new ProtocolViolationException(ViolationCode.WrongOpening, Party.Server,
                $"the commitment that {Entry.Signer} signed", "another");
        }

        _commitments = commitments;
        _collection = new KeyShareCollection(_plan, Entry.Holder, _opening.Hash, commitments, _sealing);
        using RingShares shares = _plan.JointKey.Sharing.Deal(_secret!, _entropy);
        _secret!.Dispose();
        SealedKeyShare[] ciphertexts =
            [.. Enumerable.Range(0, _plan.Quorum.KeyHolders).Select(recipient => Seal(shares, recipient))];
        ImmutableArray<Digest> hashes =
            [.. ciphertexts.Select(share => JointKeyHashes.SealedShare(share.Ciphertext.Span))];
        byte[] challenge = JointKeyHashes.KeyShareChallenge(Entry.Context, commitments.Hash, Entry.Holder,
            hashes.AsSpan());
        KeyDealing dealing = KeyDealing.Create(Entry.Context, commitments.Hash, Entry.Holder, hashes,
            shares.CreateProof(challenge), _identity);
        return _reveal = new KeyReveal(new PublicKeyShare(Entry.Context, commitments.Hash, Entry.Holder, _publicKey),
            dealing, [.. ciphertexts]);
    }

    public void Dispose()
    {
        _secret?.Dispose();
        _collection?.Dispose();
        _sealing.Dispose();
    }

    private SealedKeyShare Seal(RingShares shares, int recipient)
    {
        using SecretBuffer<byte> payload = new(_plan.JointKey.Sharing.PayloadBytes);
        shares.WritePayload(ShareContext.SharePoint(recipient), payload.Span);
        byte[] ciphertext = Hpke.Seal(
            HpkePublicKey.Parse(_opening!.Entries[recipient].SealingKey.Span),
            KeyShareContext.Info(Entry.Context),
            KeyShareContext.AssociatedData(Entry.Context, _commitments!.Hash, Entry.Holder, recipient),
            payload.Span,
            _entropy);
        return new SealedKeyShare(Entry.Context, _commitments.Hash, Entry.Holder, recipient, ciphertext);
    }

    private ProtocolViolationException Second(Digest known, Digest received) =>
        new(ViolationCode.SecondOpening, Party.Server, $"{known.ToShortString()} in key epoch {Epoch}",
            received.ToShortString());
}
