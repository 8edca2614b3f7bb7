using SecureFL.Messages.JointKey;
using SecureFL.Messages.Rounds;
using SecureFL.Protocol.Roles;
using SecureFL.Protocol.Suites.JointKey;
using SecureFL.Protocol.Suites.JointKey.Rounds;

namespace SecureFL.Testing.Rounds;

/// <summary>What a session shows the key holders of a closed round, at once.</summary>
internal static class ClosedRounds
{
    /// <summary>The shares for one holder, group by group.</summary>
    internal static IEnumerable<ShareDelivery> DeliveriesFor(this AggregationServer server, int holder) =>
        server.Close().Proposal.Entries.Select(entry => server.CreateShareDelivery(entry.Client, holder));

    /// <summary>Streams what an active key holder needs before it votes.</summary>
    internal static void ShowSum(this AggregationServer server, JointKeyHolder holder)
    {
        using CiphertextSumCheck check = holder.CheckSum(server.Close().Proposal);
        foreach (ListedCiphertext ciphertext in server.JointKey.CreateListedCiphertexts())
        {
            check.Handle(ciphertext);
        }
    }
}
