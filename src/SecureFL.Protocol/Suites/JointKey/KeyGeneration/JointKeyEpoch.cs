using SecureFL.Messages.JointKey;
using SecureFL.Messages.Primitives;
using SecureFL.Messages.Rounds;
using SecureFL.Messages.Violations;
using SecureFL.Protocol.Plans;
using SecureFL.Protocol.Suites.JointKey.Layout;
using SecureFL.Rlwe.JointKey;

namespace SecureFL.Protocol.Suites.JointKey.KeyGeneration;

/// <summary>
/// A key epoch's record and joint public key, checked against each other and the plan. Immutable, thread-safe.
/// </summary>
public sealed class JointKeyEpoch
{
    private JointKeyEpoch(KeyEpochRecord record, JointPublicKeyMessage publicKey, JointPublicKey whole,
        AggregationPlan plan)
    {
        Record = record;
        PublicKey = publicKey;
        Whole = whole;
        Key = whole.AtLevel(plan.JointKey.Ckks);
    }

    /// <summary>What all key holders signed.</summary>
    public KeyEpochRecord Record { get; }

    /// <summary>The joint public key.</summary>
    public JointPublicKeyMessage PublicKey { get; }

    /// <summary>Checks record and key.</summary>
    /// <exception cref="ProtocolViolationException">A confirmation is missing or forged, or the key is not the one that
    /// they sign.</exception>
    public static JointKeyEpoch Verify(KeyEpochRecord record, JointPublicKeyMessage publicKey, AggregationPlan plan)
    {
        ArgumentNullException.ThrowIfNull(publicKey);
        EpochRules.Require(record, plan);
        record.Context.Require(publicKey.Context, Party.Server);
        Digest hash = JointKeyHashes.JointPublicKey(publicKey.Packed.Span);
        if (hash != record.PublicKey)
        {
            throw new ProtocolViolationException(ViolationCode.WrongJointKey, Party.Server,
                $"the joint key {record.PublicKey.ToShortString()}", hash.ToShortString());
        }

        try
        {
            byte[] seed = JointKeyHashes.ReferenceSeed(record.Context, record.Opening);
            return new JointKeyEpoch(record, publicKey,
                JointPublicKey.Parse(plan.JointKey.KeySet, seed, publicKey.Packed.Span), plan);
        }
        catch (ResidueFormatException refusal)
        {
            throw new ProtocolViolationException(ViolationCode.MalformedCiphertext, Party.Server,
                $"{refusal.Field}: {refusal.Expected}", refusal.Received);
        }
    }

    /// <summary>The key modulo all its primes, the special one included.</summary>
    internal JointPublicKey Whole { get; }

    /// <summary>The key to encrypt under, modulo the primes of ciphertexts.</summary>
    internal JointPublicKey Key { get; }

    /// <summary>Refuses a round under another key.</summary>
    internal void Require(RoundOpening opening)
    {
        if (opening.KeyEpoch != Record.Hash)
        {
            throw new ProtocolViolationException(
                ViolationCode.WrongKeyEpoch, Party.Server, $"a round under the key epoch {Record.Hash.ToShortString()}",
                opening.KeyEpoch.ToShortString());
        }
    }
}
