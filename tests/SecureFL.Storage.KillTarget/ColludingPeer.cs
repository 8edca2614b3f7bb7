using SecureFL.Messages.Identity;
using SecureFL.Messages.Primitives;
using SecureFL.Messages.Rounds;
using SecureFL.Protocol.Plans;
using SecureFL.Ring.Randomness;
using SecureFL.Threshold.HybridEncryption;

namespace SecureFL.Storage.KillTarget;

/// <summary>
/// A second key holder without a memory: it confirms any ledger, opens any round and votes for any set, as often as it
/// is asked.
/// </summary>
internal sealed class ColludingPeer(AggregationPlan plan, int index, SigningIdentity identity)
{
    public LedgerHead Confirm(LedgerHeadRequest request) => LedgerHead.Create(request, index, null, null, identity);

    public RoundOpeningEntry Open(ulong round, Digest head)
    {
        using HpkePrivateKey key = HpkePrivateKey.Generate(SystemEntropy.Instance);
        byte[] nonce = new byte[RoundOpeningEntry.NonceSize];
        SystemEntropy.Instance.Fill(nonce);
        return RoundOpeningEntry.Create(plan.Context(round), head,
            default(RoundTask).DigestOn(plan.Context(round), head), index, nonce, key.PublicKey.Encoded, [], identity);
    }

    public Vote Vote(CertificateProposal proposal) => SecureFL.Messages.Rounds.Vote.Create(proposal, index, identity);
}
