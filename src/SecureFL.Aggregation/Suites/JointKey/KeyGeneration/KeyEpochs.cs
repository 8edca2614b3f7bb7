namespace SecureFL.Aggregation;

/// <summary>
/// What a key holder's ledger says about joint keys: what it signed for each epoch, the key in use, the coefficients
/// decrypted under it, and every summed ciphertext that it ever voted for. Rebuilt by replaying records; not
/// thread-safe.
/// </summary>
internal sealed class KeyEpochs
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

    /// <summary>The round in which this summed c1 was voted for, or null.</summary>
    public ulong? RoundOfSum(Digest second) => _sums.TryGetValue(second, out ulong round) ? round : null;

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

    public void Apply(KeyEpochEntry entry) => _entries.Add(entry.Context.Round, entry);

    public void Apply(KeyEpochConfirmation confirmation) =>
        _confirmations.Add(confirmation.Context.Round, confirmation);

    public void Apply(KeyEpochRecord record) => Active = record;

    public void Apply(RoundOpening opening, CertificateProposal proposal)
    {
        JointKeyTerms terms = proposal.JointKey!;
        _keys[proposal.Context.Round] = opening.KeyEpoch;
        _decrypted[opening.KeyEpoch] = Math.Max(DecryptedUnder(opening.KeyEpoch), terms.Decrypted);
        foreach (SumRoots sum in terms.Sums)
        {
            _sums.TryAdd(sum.Second, proposal.Context.Round);
        }
    }
}
