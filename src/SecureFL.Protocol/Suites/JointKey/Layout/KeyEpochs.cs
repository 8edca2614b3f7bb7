using SecureFL.Messages.JointKey;
using SecureFL.Messages.Primitives;
using SecureFL.Messages.Rounds;
using SecureFL.Messages.Violations;
using SecureFL.Protocol.Plans;

namespace SecureFL.Protocol.Suites.JointKey.Layout;

/// <summary>
/// What a key holder's ledger says about joint keys: what it signed for each epoch, the key in use, the coefficients
/// decrypted under it, and every summed ciphertext that it ever voted for. Rebuilt by replaying records; not
/// thread-safe.
/// </summary>
internal sealed class KeyEpochs : ISuiteLedger
{
    private readonly Dictionary<ulong, KeyEpochEntry> _entries = [];
    private readonly Dictionary<ulong, KeyEpochConfirmation> _confirmations = [];
    private readonly Dictionary<Digest, long> _decrypted = [];
    private readonly Dictionary<Digest, ulong> _sums = [];
    private readonly Dictionary<ulong, Digest> _keys = [];

    /// <summary>The key in use: the newest epoch that all holders confirmed.</summary>
    public KeyEpochRecord? Active { get; private set; }

    public KeyEpochEntry? EntryOf(ulong epoch) => _entries.GetValueOrDefault(epoch);

    public KeyEpochConfirmation? ConfirmationOf(ulong epoch) => _confirmations.GetValueOrDefault(epoch);

    /// <summary>The count of the newest vote under a key, by the hash of its record.</summary>
    public long DecryptedUnder(Digest keyEpoch) => _decrypted.GetValueOrDefault(keyEpoch);

    /// <summary>The round in which the summed c1 with this root was voted for, or null.</summary>
    public ulong? RoundOfSum(Digest root) => _sums.TryGetValue(root, out ulong round) ? round : null;

    /// <summary>The record of the key that a round was voted for under, if it is still in use.</summary>
    public KeyEpochRecord RequireKeyOf(ulong round) => Active is { } active && _keys.TryGetValue(round, out Digest key)
        && key == active.Hash
        ? active
        : throw new ProtocolViolationException(ViolationCode.WrongKeyEpoch, Party.Server,
            "a round under the key in use", $"round {round}");

    /// <summary>Refuses an epoch at or before the one in use.</summary>
    public void RequireNewer(ulong epoch)
    {
        if (Active is { } active && epoch <= active.Context.Round)
        {
            throw new ProtocolViolationException(ViolationCode.WrongKeyEpoch, Party.Server,
                $"an epoch after {active.Context.Round}", $"{epoch}");
        }
    }

    /// <summary>Refuses a round under another key than the one in use.</summary>
    public void RequireActive(RoundOpening opening)
    {
        if (Active is null || opening.KeyEpoch != Active.Hash)
        {
            throw new ProtocolViolationException(
                ViolationCode.WrongKeyEpoch, Party.Server,
                $"a round under the key {Active?.Hash.ToShortString() ?? "(none yet)"}",
                opening.KeyEpoch.ToShortString());
        }
    }

    /// <inheritdoc/>
    public bool Apply(byte type, ReadOnlySpan<byte> body, AggregationPlan plan)
    {
        switch ((KeyEpochRecordType)type)
        {
            case KeyEpochRecordType.Entry:
                KeyEpochEntry entry = KeyEpochEntry.Parse(body, plan.Limits);
                _entries.Add(entry.Context.Round, entry);
                return true;
            case KeyEpochRecordType.Confirmation:
                KeyEpochConfirmation confirmation = KeyEpochConfirmation.Parse(body, plan.Limits);
                _confirmations.Add(confirmation.Context.Round, confirmation);
                return true;
            case KeyEpochRecordType.Record:
                Active = KeyEpochRecord.Parse(body, plan.Limits);
                return true;
            default:
                return false;
        }
    }

    /// <inheritdoc/>
    public void Apply(RoundOpening opening, CertificateProposal proposal)
    {
        JointKeyTerms terms = proposal.JointKey!;
        _keys[proposal.Context.Round] = opening.KeyEpoch;
        _decrypted[opening.KeyEpoch] = Math.Max(DecryptedUnder(opening.KeyEpoch), terms.Decrypted);
        foreach (Digest sum in terms.Sums)
        {
            _sums.TryAdd(sum, proposal.Context.Round);
        }
    }
}

/// <summary>What a record of this suite in a ledger says.</summary>
internal enum KeyEpochRecordType : byte
{
    /// <summary>The holder's entry of a key epoch.</summary>
    Entry = 8,

    /// <summary>The holder's confirmation of a joint key, whose share is stored.</summary>
    Confirmation = 9,

    /// <summary>The record of a key epoch: its key is in use from here on.</summary>
    Record = 10,
}
