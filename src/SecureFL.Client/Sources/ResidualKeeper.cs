using Microsoft.Extensions.Logging;
using SecureFL.Client.Logging;
using SecureFL.Consortium.Parties;
using SecureFL.Storage.Clients;

namespace SecureFL.Client.Sources;

/// <summary>Whether a former round's contribution of this client is in that round's sum.</summary>
internal enum SumMembership
{
    /// <summary>The round opened with it.</summary>
    InSum,

    /// <summary>The round died, was spoiled, or opened without it.</summary>
    NotInSum,

    /// <summary>The server does not know the round any more.</summary>
    Forgotten,
}

/// <summary>
/// The client's residual under error feedback. What a contribution leaves counts once its round has opened with it, and
/// not before: a round that died, was spoiled or closed without the client leaves the residual as it was.
/// </summary>
/// <param name="store">The residual on disk.</param>
/// <param name="logger">The client's log.</param>
internal sealed class ResidualKeeper(DurableResidual store, ILogger logger)
{
    /// <summary>What is left from the rounds before this one; empty for nothing.</summary>
    /// <param name="task">The round.</param>
    /// <param name="cancellationToken">The round is over.</param>
    internal async Task<long[]> BeforeAsync(SiteTask task, CancellationToken cancellationToken)
    {
        // The same round again: the client died before its contribution was promised.
        if (store.PendingRound is not ulong pending || pending == task.Round)
        {
            return store.Settled;
        }

        SumMembership membership = await task.MembershipOf(pending, cancellationToken).ConfigureAwait(false);
        if (membership == SumMembership.Forgotten)
        {
            ClientLog.ResidualLost(logger, pending);
        }

        return membership switch
        {
            SumMembership.InSum => store.Pending,
            SumMembership.NotInSum => store.Settled,
            _ => [],
        };
    }

    /// <summary>Makes durable what a contribution leaves, before the contribution is promised.</summary>
    internal void Promise(ulong round, long[] before, long[] left) => PartyFaults.OfState(() =>
    {
        store.Promise(round, before, left);
        return true;
    });

    /// <summary>The session has ended.</summary>
    internal void Erase() => store.Erase();
}
