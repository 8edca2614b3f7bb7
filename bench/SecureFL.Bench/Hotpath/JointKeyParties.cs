using SecureFL.Ring.Randomness;
using SecureFL.Rlwe.JointKey;
using SecureFL.Rlwe.Planning;
using SecureFL.Threshold.JointKey;

namespace SecureFL.Bench.Hotpath;

/// <summary>Every key holder of a joint key, the key generated as holders do it.</summary>
internal sealed class JointKeyParties : IDisposable
{
    private static readonly byte[] Seed = [.. Enumerable.Range(0, 32).Select(i => (byte)(9 * i))];
    private readonly JointKeyParameters _jointKey;
    private readonly ThresholdKeyShare[] _shares;
    private readonly RingShamirSharing _sharing;

    internal JointKeyParties(AggregationParameters parameters)
    {
        _jointKey = parameters.JointKey!;
        _sharing = new RingShamirSharing(parameters.Ckks, _jointKey.Threshold, _jointKey.KeyHolders);
        _shares =
            [.. Enumerable.Range(1, _jointKey.KeyHolders).Select(holder => new ThresholdKeyShare(_sharing, holder))];
        PublicKeyGenProtocol protocol = new(parameters.KeySet, Seed);
        List<PublicKeyGenShare> published = [];
        foreach (ThresholdKeyShare _ in _shares)
        {
            (JointSecretShare secret, PublicKeyGenShare share) = protocol.GenerateShare(SystemEntropy.Instance);
            published.Add(share);
            using RingShares dealt = _sharing.Deal(secret, SystemEntropy.Instance);
            secret.Dispose();
            byte[][] payloads = [.. _shares.Select(_ => new byte[_sharing.PayloadBytes])];
            foreach (ThresholdKeyShare receiver in _shares)
            {
                dealt.WritePayload(receiver.Holder, payloads[receiver.Holder - 1]);
            }

            byte[] proof = dealt.CreateProof(Seed);
            Array.ForEach(_shares, receiver => receiver.Add(payloads[receiver.Holder - 1], Seed, proof));
        }

        PublicKey = protocol.Aggregate(published);
        Active = new ActiveSet(_sharing, Enumerable.Range(1, _jointKey.Threshold));
    }

    internal JointPublicKey PublicKey { get; }

    internal ActiveSet Active { get; }

    internal PartialDecryptionProtocol Answer(int holder) => new(_jointKey, _shares[holder - 1], Active, Seed, Seed);

    public void Dispose() => Array.ForEach(_shares, share => share.Dispose());
}
