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
public sealed class JointKeyHolder : IDisposable
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

    /// <summary>
    /// Takes the next chunk of what a set that this holder voted for wants decrypted, from the first chunk of the first
    /// group on: before its release it decrypts what it checks in one pass, afterwards it stores again what it has lost.
    /// </summary>
    /// <exception cref="ProtocolViolationException">
    /// Of a certificate that this holder did not vote for or is not active in, out of order, malformed, or not the sum
    /// of the certified contributions: the pass is over, and a new one may begin.
    /// </exception>
    public void HandleSummedCiphertext(SummedCiphertext summed)
    {
        ArgumentNullException.ThrowIfNull(summed);
        ulong round = summed.Context.Round;
        CertificateProposal proposal = Voted(round, summed.Certificate);
        RequireActive(proposal);
        if (_ledger.State.ReleaseOf(round) is not null)
        {
            SumIntake.Restore(_plan, proposal, summed, _sums);
            return;
        }

        RoundRules.RequireAlive(_ledger.State, round);
        if (summed is { Group: 0, Chunk: 0 })
        {
            Begin(proposal);
        }

        if (!_intakes.TryGetValue(round, out SumIntake? intake))
        {
            throw new ProtocolViolationException(ViolationCode.ChunkOrder, Party.Server, "chunk 0 of group 0 first",
                $"chunk {summed.Chunk} of group {summed.Group}");
        }

        try
        {
            intake.Handle(summed);
        }
        catch
        {
            Forget(round);
            throw;
        }

        if (intake.Release.Next is null)
        {
            _intakes.Remove(round);
            _releases.Add(round, intake.Release);
            intake.Dispose();
        }
    }

    /// <summary>
    /// One chunk of the partial decryption that this holder has released (<see cref="KeyHolder.HandleCertificate"/>
    /// first). Any order, any number of times:
    /// always the same bytes, or none.
    /// </summary>
    /// <exception cref="ProtocolViolationException">Nothing was released, or the summed ciphertexts must be sent
    /// again.</exception>
    /// <exception cref="LedgerUnavailableException">The bytes would differ from those released before, or the key share
    /// is gone.</exception>
    public PartialDecryptionChunk CreatePartialDecryption(ulong round, int group, long chunk)
    {
        _settings.RequireFresh();
        Release release = _ledger.State.ReleaseOf(round)
            ?? throw new ProtocolViolationException(ViolationCode.NotVoted, Party.Server,
                $"a release of round {round} first", "none");
        ArgumentOutOfRangeException.ThrowIfNegative(group);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(group, release.Groups.Length);
        ArgumentOutOfRangeException.ThrowIfNegative(chunk);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(chunk, _plan.JointKey.ChunkCount);
        if (!_releases.TryGetValue(round, out PartialRelease? partial))
        {
            partial = Repeat(release);
            _releases.Add(round, partial);
        }

        return partial.Create(group, chunk, _sums);
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

    /// <summary>
    /// The linear digests of the partial decryptions, signed. Nothing else leaves before the ledger holds it.
    /// </summary>
    internal Release CreateRelease(CertificateProposal proposal)
    {
        RequireActive(proposal);
        Epochs.RequireKeyOf(proposal.Context.Round);
        HolderRound round = _settings.Round(proposal.Context.Round);
        if (!_releases.TryGetValue(proposal.Context.Round, out PartialRelease? partial)
            || partial.Proposal.Hash != proposal.Hash)
        {
            throw new ProtocolViolationException(ViolationCode.UncheckedContribution, Party.Server,
                $"the summed ciphertexts of round {proposal.Context.Round} first", "none, or not all");
        }

        return Release.Create(proposal, _holder, partial.Digests, [.. proposal.Groups.Select(round.HashOfDigestSum)],
            _settings.Identity);
    }

    /// <summary>Refuses a round under another key than the one in use.</summary>
    internal void RequireActiveKey(RoundOpening opening) => Epochs.RequireActive(opening);

    /// <summary>Forgets the summed ciphertexts of a round that is over: no retry will be asked for.</summary>
    internal void Forget(ulong round)
    {
        _sums.Remove(round);
        EndPass(round);
    }

    private void EndPass(ulong round)
    {
        if (_intakes.Remove(round, out SumIntake? intake))
        {
            intake.Dispose();
            intake.Release.Dispose();
        }

        if (_releases.Remove(round, out PartialRelease? release))
        {
            release.Dispose();
        }
    }

    private void Begin(CertificateProposal proposal)
    {
        ulong number = proposal.Context.Round;
        HolderRound round = _settings.Round(number);
        EndPass(number);
        PartialRelease release = StartRelease(proposal);
        try
        {
            _intakes.Add(number, new SumIntake(_plan, proposal, round, release, _sums));
        }
        catch
        {
            release.Dispose();
            throw;
        }
    }

    // A process that has not made the first pass itself: what is stored must give what the ledger says was released.
    private PartialRelease Repeat(Release release)
    {
        PartialRelease partial = StartRelease(Voted(release.Context.Round, release.Certificate));
        try
        {
            partial.TakeAll(_sums);
            return partial.Digests.Zip(release.Groups).All(pair => pair.First.Span.SequenceEqual(pair.Second.Span))
                ? partial : throw PartialRelease.Changed();
        }
        catch
        {
            partial.Dispose();
            throw;
        }
    }

    private KeyCeremony Ceremony(ulong epoch) => _ceremony?.Epoch == epoch
        ? _ceremony
        : throw new ProtocolViolationException(ViolationCode.WrongKeyEpoch, Party.Server,
            $"the key epoch {_ceremony?.Epoch.ToString(System.Globalization.CultureInfo.InvariantCulture) ?? "(none under way)"}", $"{epoch}");

    private CertificateProposal Voted(ulong round, Digest certificate) =>
        _ledger.State.ProposalOf(round) is { } proposal && proposal.Hash == certificate
        ? proposal
        : throw new ProtocolViolationException(ViolationCode.WrongCertificate, Party.Server,
            $"the certificate of round {round} that was voted for", certificate.ToShortString());

    private void RequireActive(CertificateProposal proposal)
    {
        if (!proposal.JointKey!.ActiveSet.Contains(_holder))
        {
            throw new ProtocolViolationException(
                ViolationCode.WrongActiveSet, Party.Server, $"an active set with {Party.KeyHolder(_holder)}",
                string.Join(", ", proposal.JointKey.ActiveSet));
        }
    }

    private PartialRelease StartRelease(CertificateProposal proposal)
    {
        KeyEpochRecord key = Epochs.RequireKeyOf(proposal.Context.Round);
        using SecretBuffer<byte> stored = new(_plan.JointKey.StoredShareBytes);
        return _shares.TryLoad(key.Context.Round, stored.Span)
            ? new PartialRelease(_plan, proposal, _holder, stored.Span)
            : throw new LedgerUnavailableException(
                $"the share of key epoch {key.Context.Round} is gone; this holder cannot decrypt under that key");
    }

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
