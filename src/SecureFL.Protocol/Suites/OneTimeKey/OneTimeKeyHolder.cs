using SecureFL.Messages.Rounds;
using SecureFL.Messages.Wire;
using SecureFL.Protocol.Ledgers;
using SecureFL.Protocol.Stores;
using SecureFL.Ring.Randomness;
using SecureFL.Threshold;
using SecureFL.Threshold.HybridEncryption;

namespace SecureFL.Protocol.Suites.OneTimeKey;

/// <summary>
/// A key holder's half of the one-time-key suite: an HPKE key a round, shares that are opened with it, their sums.
/// </summary>
internal sealed class OneTimeKeyHolder : ISuiteKeyHolder
{
    private readonly SuiteKeyHolderSettings _settings;
    private readonly ISecretStore _keys;

    public OneTimeKeyHolder(SuiteKeyHolderSettings settings)
    {
        _settings = settings;
        _keys = settings.Storage.RoundKeys;
        LedgerState state = settings.Ledger.State;
        foreach (ulong round in _keys.Numbers)
        {
            if (state.IsOver(round) || state.EntryOf(round) is null)
            {
                _keys.Erase(round);
            }
        }
    }

    // The key is durable before the entry that publishes it; the entry before it leaves. A key without an entry was
    // never published.
    public byte[] CreateEntryKey(ulong round)
    {
        using HpkePrivateKey key = HpkePrivateKey.Generate(_settings.Entropy, exportable: true);
        using SecretBuffer<byte> exported = new(HpkePrivateKey.Size);
        key.Export(exported.Span);
        _keys.Save(round, exported.Span);
        return key.PublicKey.Encoded.ToArray();
    }

    public void RequireEntryKey(ulong round) => LoadKey(round).Dispose();

    public IHolderShares OpenRound(RoundOpening opening) =>
        new KeptShares(_settings.Plan, _settings.Holder, opening, LoadKey(opening.Context.Round));

    public void RequireVote(CertificateProposal proposal, RoundOpening opening)
    {
    }

    public Release CreateRelease(CertificateProposal proposal)
    {
        HolderRound round = _settings.Round(proposal.Context.Round);
        return ((KeptShares)round.Shares).CreateRelease(proposal, round, _settings.Identity);
    }

    public byte[]? Handle(MessageType type, ReadOnlyMemory<byte> message) => null;

    public void End(ulong round, RoundEnd end) => _keys.Erase(round);

    public void Dispose()
    {
    }

    private HpkePrivateKey LoadKey(ulong round)
    {
        using SecretBuffer<byte> exported = new(HpkePrivateKey.Size);
        return _keys.TryLoad(round, exported.Span)
            ? HpkePrivateKey.Import(exported.Span)
            : throw new LedgerUnavailableException($"the key of round {round} is gone; this holder sits the round out");
    }
}
