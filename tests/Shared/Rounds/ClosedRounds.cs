using SecureFL.Messages.JointKey;
using SecureFL.Messages.Rounds;
using SecureFL.Protocol.Roles;
using SecureFL.Protocol.Suites.JointKey;

namespace SecureFL.Testing.Rounds;

/// <summary>What a session shows the key holders of a closed round, at once.</summary>
internal static class ClosedRounds
{
    /// <summary>The shares for one holder, group by group.</summary>
    internal static IEnumerable<ShareDelivery> DeliveriesFor(this AggregationServer server, int holder) =>
        server.Close().Proposal.Entries.Select(entry => server.CreateShareDelivery(entry.Client, holder));

    /// <summary>Streams what an active key holder needs before it releases.</summary>
    internal static void ShowSum(this AggregationServer server, JointKeyHolder holder)
    {
        foreach (SummedCiphertext summed in server.JointKey.CreateSummedCiphertexts())
        {
            holder.HandleSummedCiphertext(summed);
        }
    }
}
