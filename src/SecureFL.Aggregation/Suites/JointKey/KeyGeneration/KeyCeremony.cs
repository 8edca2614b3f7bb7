using System.Collections.Immutable;
using SecureFL.Ring.Randomness;
using SecureFL.Threshold;

namespace SecureFL.Aggregation;

/// <summary>What a holder reveals once it has seen all commitments.</summary>
/// <param name="Parts">Its public key share, t polynomials: for everybody.</param>
/// <param name="Shares">The sealed shares of its secret, one for each key holder.</param>
public sealed record KeyReveal(ImmutableArray<PublicKeySharePart> Parts, ImmutableArray<SealedKeyShare> Shares);

/// <summary>
/// One holder's side of one key epoch: entry, commitment, reveal, shares, confirmation. Its secrets live in memory only: a holder that stops on the way
/// has lost the epoch, and all holders start the next one. Not thread-safe.
/// </summary>
internal sealed class KeyCeremony : IDisposable
{
    private readonly AggregationPlan _plan;
    private readonly SigningIdentity _identity;
    private readonly IEntropySource _entropy;
    private readonly HpkePrivateKey _sealing;
    private KeyEpochOpening? _opening;
    private byte[] _seed = [];
    private IKeyShareDealer? _dealer;
    private PublicKeyCommitment? _commitment;
    private KeyEpochCommitments? _commitments;
    private KeyShareCollection? _collection;

    public KeyCeremony(AggregationPlan plan, SigningIdentity identity, IEntropySource entropy, RoundContext context, int holder)
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
        _collection ?? throw new ProtocolViolationException(ViolationCode.WrongOpening, Party.Server, $"the commitments of key epoch {Epoch} first", "none");

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
            throw new ProtocolViolationException(ViolationCode.WrongOpening, Party.Server, $"the entry that {Entry.Signer} signed", "another");
        }

        _opening = opening;
        _seed = JointKeyHashes.ReferenceSeed(opening.Context, opening.Hash);
        _dealer = _plan.JointKeyArithmetic.Deal(_seed, _entropy);
        Digest[] parts = [.. Enumerable.Range(0, _plan.JointKey.Parts).Select(part => JointKeyHashes.PublicKeyPart(part, Part(part)))];
        return _commitment = PublicKeyCommitment.Create(
            opening.Context, opening.Hash, Entry.Holder, JointKeyHashes.PublicKeyShare(opening.Context, opening.Hash, Entry.Holder, parts), _identity);
    }

    /// <summary>Reveals, once every holder is committed. A repetition seals the same shares anew.</summary>
    public KeyReveal HandleCommitments(KeyEpochCommitments commitments)
    {
        if (_commitment is null)
        {
            throw new ProtocolViolationException(ViolationCode.WrongOpening, Party.Server, $"the opening of key epoch {Epoch} first", "none");
        }

        if (_commitments is null)
        {
            EpochRules.Require(commitments, Entry.Context, _opening!.Hash, _plan);
            if (commitments.Commitments[Entry.Holder].Hash != _commitment.Hash)
            {
                throw new ProtocolViolationException(ViolationCode.WrongOpening, Party.Server, $"the commitment that {Entry.Signer} signed", "another");
            }

            _commitments = commitments;
            _collection = new KeyShareCollection(_plan, Entry.Holder, _seed, _opening.Hash, commitments, _sealing);
        }
        else if (commitments.Hash != _commitments.Hash)
        {
            throw Second(_commitments.Hash, commitments.Hash);
        }

        PublicKeySharePart[] parts =
        [
            .. Enumerable.Range(0, _plan.JointKey.Parts).Select(part => new PublicKeySharePart(Entry.Context, _commitments.Hash, Entry.Holder, part, Part(part))),
        ];
        return new KeyReveal([.. parts], [.. Enumerable.Range(0, _plan.Quorum.KeyHolders).Select(Seal)]);
    }

    public void Dispose()
    {
        _dealer?.Dispose();
        _collection?.Dispose();
        _sealing.Dispose();
    }

    private byte[] Part(int part)
    {
        byte[] packed = new byte[_plan.JointKey.PolynomialBytes];
        _dealer!.WritePart(part, packed);
        return packed;
    }

    private SealedKeyShare Seal(int recipient)
    {
        using SecretBuffer<byte> share = new(_plan.JointKey.PolynomialBytes);
        _dealer!.WriteShare(ShareContext.SharePoint(recipient), share.Span);
        byte[] ciphertext = Hpke.Seal(
            HpkePublicKey.Parse(_opening!.Entries[recipient].SealingKey.Span),
            KeyShareContext.Info(Entry.Context),
            KeyShareContext.AssociatedData(Entry.Context, _commitments!.Hash, Entry.Holder, recipient),
            share.Span,
            _entropy);
        return SealedKeyShare.Create(Entry.Context, _commitments.Hash, Entry.Holder, recipient, ciphertext, _identity);
    }

    private ProtocolViolationException Second(Digest known, Digest received) =>
        new(ViolationCode.SecondOpening, Party.Server, $"{known.ToShortString()} in key epoch {Epoch}", received.ToShortString());
}
