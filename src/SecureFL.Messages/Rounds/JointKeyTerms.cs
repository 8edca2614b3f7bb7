using System.Collections.Immutable;
using SecureFL.Messages.Primitives;
using SecureFL.Messages.Violations;
using SecureFL.Messages.Wire;

namespace SecureFL.Messages.Rounds;

/// <summary>What a proposal of the joint-key suite fixes besides the set.</summary>
/// <param name="Decrypted">
/// Coefficients decrypted under this key when the round is opened, this round's included. Each voter refuses a count
/// below its last vote's plus this round's, and any two certificates share an honest voter: so the count runs over all
/// rounds of the key, whoever was active in them.
/// </param>
/// <param name="ActiveSet">The t key holders that decrypt, by plan index, rising: the Lagrange coefficients depend on
/// exactly this set.</param>
/// <param name="Sums">
/// For each group the root over the chunks of its summed c1, modulo the primes: what is decrypted. The server's word
/// until an active key holder has the sum, before its release.
/// </param>
public sealed record JointKeyTerms(long Decrypted, ImmutableArray<int> ActiveSet, ImmutableArray<Digest> Sums)
{
    internal void Write(CanonicalWriter writer)
    {
        writer.Int64(Decrypted);
        writer.Count(ActiveSet.Length);
        foreach (int holder in ActiveSet)
        {
            writer.Count(holder);
        }

        writer.Count(Sums.Length);
        foreach (Digest sum in Sums)
        {
            writer.Digest(sum);
        }
    }

    internal static JointKeyTerms Read(ref CanonicalReader reader, MessageLimits limits)
    {
        long decrypted = reader.Int64(0, long.MaxValue, "decrypted");
        int[] active = new int[reader.Count(1, limits.KeyHolders, 4, "activeSet")];
        for (int i = 0; i < active.Length; i++)
        {
            active[i] = MessageFields.Holder(ref reader, limits);
            if (i > 0 && active[i] <= active[i - 1])
            {
                throw reader.Refuse(
                    active[i] == active[i - 1] ? ViolationCode.DuplicateHolder : ViolationCode.NonCanonical,
                    "activeSet", "rising holder indices", active[i]);
            }
        }

        Digest[] sums = new Digest[reader.Count(1, limits.Clients, Digest.Size, "sums")];
        for (int i = 0; i < sums.Length; i++)
        {
            sums[i] = reader.Digest("sums");
        }

        return new JointKeyTerms(decrypted, [.. active], [.. sums]);
    }
}
