using SecureFL.Messages.Identity;
using SecureFL.Messages.JointKey;
using SecureFL.Messages.Primitives;
using SecureFL.Messages.Rounds;
using SecureFL.Messages.Violations;
using SecureFL.Messages.Wire;
using SecureFL.Protocol.Ledgers;
using SecureFL.Protocol.Plans;
using SecureFL.Protocol.Roles;
using SecureFL.Protocol.Rules;
using SecureFL.Protocol.Stores;
using SecureFL.Protocol.Suites.JointKey.KeyGeneration;
using SecureFL.Protocol.Suites.JointKey.Layout;
using SecureFL.Protocol.Suites.JointKey.Rounds;
using SecureFL.Ring.Randomness;

namespace SecureFL.Protocol.Suites.JointKey;

/// <summary>
/// What a key holder does in the joint-key suite besides entries, votes and deaths: key generation, the check of the
/// summed ciphertexts, and partial decryptions. Part of a <see cref="KeyHolder"/>. Not
/// thread-safe: <see cref="KeyHolder.Handle"/> calls it under its lock.
/// </summary>
public sealed partial class JointKeyHolder : IDisposable
{
    private readonly AggregationPlan _plan;
    private readonly SuiteKeyHolderSettings _settings;
    private readonly DecryptionLedger _ledger;
    private readonly ISecretStore _shares;
    private readonly ISumStore _sums;
    private readonly int _holder;
    private readonly Dictionary<ulong, SumIntake> _intakes = [];
    private readonly Dictionary<ulong, PartialRelease> _releases = [];
    private KeyCeremony? _ceremony;

    internal JointKeyHolder(SuiteKeyHolderSettings settings)
    {
        _settings = settings;
        _plan = settings.Plan;
        _holder = settings.Holder;
        _ledger = settings.Ledger;
        _shares = settings.Storage.KeyShares;
        _sums = settings.Storage.Sums;
        EraseOldShares();
    }

    /// <summary>The key in use, or null before the first key epoch.</summary>
    public KeyEpochRecord? Active => Epochs.Active;

    private KeyEpochs Epochs => (KeyEpochs)_ledger.State.Suite!;

    /// <summary>
    /// Signs the one entry for a key epoch: durable before it is returned. A former epoch that is not confirmed is
    /// given up.
    /// </summary>
    /// <exception cref="ProtocolViolationException">
    /// <see cref="ViolationCode.WrongKeyEpoch"/>: an epoch that is over, or whose secrets went with the process that
    /// held them; the next one is due.
    /// </exception>
    /// <exception cref="StaleLedgerException">The ledger is not confirmed.</exception>
    public KeyEpochEntry CreateEntry(ulong epoch)
    {
        _settings.RequireFresh();
        RoundContext context = RoundRules.Context(_plan, epoch);
        Epochs.RequireNewer(epoch);
        if (_ceremony?.Epoch == epoch)
        {
            return _ceremony.Entry;
        }

        if (Epochs.EntryOf(epoch) is not null || _ceremony?.Epoch > epoch)
        {
            throw new ProtocolViolationException(ViolationCode.WrongKeyEpoch, Party.Server,
                $"an epoch after {epoch}", $"{epoch}, which this holder gave up");
        }

        _ceremony?.Dispose();
        _ceremony = null;
        KeyCeremony ceremony = new(_plan, _settings.Identity, _settings.Entropy, context, _holder);
        _ledger.Record((byte)KeyEpochRecordType.Entry, ceremony.Entry.Encode());
        _ceremony = ceremony;
        return ceremony.Entry;
    }

    /// <summary>
    /// Draws this holder's secret and commits to its public key share. A repetition gives the same commitment.
    /// </summary>
    /// <exception cref="ProtocolViolationException">An entry is missing or forged, or another opening was
    /// taken.</exception>
    public PublicKeyCommitment HandleOpening(KeyEpochOpening opening)
    {
        ArgumentNullException.ThrowIfNull(opening);
        return Ceremony(opening.Context.Round).HandleOpening(opening);
    }

    /// <summary>
    /// Reveals the public key share and seals a share of the secret to each holder, now that all are committed.
    /// </summary>
    /// <exception cref="ProtocolViolationException">A commitment is missing or forged, or other commitments were
    /// taken.</exception>
    public KeyReveal HandleCommitments(KeyEpochCommitments commitments)
    {
        ArgumentNullException.ThrowIfNull(commitments);
        return Ceremony(commitments.Context.Round).HandleCommitments(commitments);
    }

    /// <summary>Takes a holder's public key share, this holder's own included.</summary>
    /// <exception cref="ProtocolViolationException">Malformed, or not what the holder is committed to.</exception>
    public void HandlePublicKeyShare(PublicKeyShare share)
    {
        ArgumentNullException.ThrowIfNull(share);
        Ceremony(share.Context.Round).Collection.Handle(share);
    }

    /// <summary>Takes what a holder signs about the shares of its secret.</summary>
    /// <exception cref="ProtocolViolationException">Forged, or a second one.</exception>
    public void HandleKeyDealing(KeyDealing dealing)
    {
        ArgumentNullException.ThrowIfNull(dealing);
        Ceremony(dealing.Context.Round).Collection.Handle(dealing);
    }

    /// <summary>Takes a holder's share of its secret for this holder, after its dealing.</summary>
    /// <exception cref="ProtocolViolationException">Not the dealt one, it does not open, or it is not on the dealer's
    /// polynomials.</exception>
    public void HandleKeyShare(SealedKeyShare share)
    {
        ArgumentNullException.ThrowIfNull(share);
        Ceremony(share.Context.Round).Collection.Handle(share);
    }

    /// <summary>
    /// Confirms the key: its share is stored durably, and the confirmation recorded, before it is returned. A replay
    /// returns the same bytes.
    /// </summary>
    /// <exception cref="ProtocolViolationException">Shares are missing.</exception>
    public KeyEpochConfirmation CreateConfirmation(ulong epoch)
    {
        _settings.RequireFresh();
        if (Epochs.ConfirmationOf(epoch) is { } former)
        {
            return former;
        }

        Epochs.RequireNewer(epoch);
        KeyCeremony ceremony = Ceremony(epoch);
        if (!ceremony.Collection.IsComplete)
        {
            throw new ProtocolViolationException(ViolationCode.OpeningBelowQuorum, Party.Server,
                $"the key shares of all {_plan.Quorum.KeyHolders} holders", "fewer");
        }

        using SecretBuffer<byte> stored = new(_plan.JointKey.StoredShareBytes);
        ceremony.Collection.WriteKeyShare(stored.Span[.._plan.JointKey.PolynomialBytes]);
        _settings.Entropy.Fill(stored.Span[_plan.JointKey.PolynomialBytes..]);
        _shares.Save(epoch, stored.Span);
        KeyEpochConfirmation confirmation = KeyEpochConfirmation.Create(
            ceremony.Entry.Context,
            ceremony.Collection.Commitments.Hash,
            JointKeyHashes.JointPublicKey(ceremony.Collection.PublicKey()),
            _holder,
            _settings.Identity);
        _ledger.Record((byte)KeyEpochRecordType.Confirmation, confirmation.Encode());
        ceremony.Dispose();
        _ceremony = null;
        return confirmation;
    }

    /// <summary>
    /// Takes the record that all holders signed: the epoch's key is now in use, and shares of other keys are erased.
    /// </summary>
    /// <exception cref="ProtocolViolationException">A confirmation is missing or forged, or the key is not the one that
    /// this holder confirmed.</exception>
    public void HandleRecord(KeyEpochRecord record)
    {
        ArgumentNullException.ThrowIfNull(record);
        if (Epochs.Active?.Hash == record.Hash)
        {
            return;
        }

        ulong epoch = record.Context.Round;
        Epochs.RequireNewer(epoch);
        EpochRules.Require(record, _plan);
        if (Epochs.ConfirmationOf(epoch)?.Hash != record.Confirmations[_holder].Hash)
        {
            throw new ProtocolViolationException(
                ViolationCode.WrongJointKey, Party.Server, $"the key that {Party.KeyHolder(_holder)} confirmed",
                record.PublicKey.ToShortString());
        }

        _ledger.Record((byte)KeyEpochRecordType.Record, record.Encode());
        EraseOldShares();
    }

    /// <summary>Erases what is in memory.</summary>
    public void Dispose()
    {
        _ceremony?.Dispose();
        _ceremony = null;
        foreach (ulong round in _intakes.Keys.Concat(_releases.Keys).ToArray())
        {
            EndPass(round);
        }
    }

    /// <summary>The hash of the key in use, for this holder's entries.</summary>
    internal KeyEpochRecord RequireActiveKey() => Epochs.Active
        ?? throw new ProtocolViolationException(ViolationCode.WrongKeyEpoch, Party.Server,
            "a key epoch that all holders confirmed", "none");

    /// <summary>What the holder checks before a vote, beyond <see cref="VotingRules"/>.</summary>
    internal void RequireVote(CertificateProposal proposal, RoundOpening opening) =>
        JointKeyRules.RequirePast(proposal, opening, Epochs, _plan);

    /// <summary>Refuses a round under another key than the one in use.</summary>
    internal void RequireActiveKey(RoundOpening opening) => Epochs.RequireActive(opening);

    private KeyCeremony Ceremony(ulong epoch) => _ceremony?.Epoch == epoch
        ? _ceremony
        : throw new ProtocolViolationException(ViolationCode.WrongKeyEpoch, Party.Server,
            $"the key epoch {_ceremony?.Epoch.ToString(System.Globalization.CultureInfo.InvariantCulture) ?? "(none under way)"}", $"{epoch}");

    // Shares of epochs before the one in use, and of unconfirmed ones, open nothing that is still to be opened.
    private void EraseOldShares()
    {
        ulong? active = Epochs.Active?.Context.Round;
        foreach (ulong epoch in _shares.Numbers)
        {
            if ((active is { } inUse && epoch < inUse) || Epochs.ConfirmationOf(epoch) is null)
            {
                _shares.Erase(epoch);
            }
        }
    }
}
