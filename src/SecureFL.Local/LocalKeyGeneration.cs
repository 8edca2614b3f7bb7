using SecureFL.Aggregation;

namespace SecureFL.Local;

/// <summary>
/// A key generation among key holders of one process, through the very messages that travel in production.
/// </summary>
public static class LocalKeyGeneration
{
    /// <summary>Runs one key epoch; every holder then uses its key.</summary>
    /// <param name="plan">A plan of the joint-key suite.</param>
    /// <param name="holders">All key holders, by plan index, their ledgers confirmed.</param>
    /// <param name="epoch">The epoch, greater than any before.</param>
    /// <exception cref="ProtocolViolationException">A holder refuses: the exception says whom and why.</exception>
    public static JointKeyEpoch Run(AggregationPlan plan, IReadOnlyList<KeyHolder> holders, ulong epoch)
    {
        ArgumentNullException.ThrowIfNull(plan);
        ArgumentNullException.ThrowIfNull(holders);
        using KeyEpochCoordinator coordinator = new(plan, epoch);
        foreach (KeyHolder holder in holders)
        {
            coordinator.HandleEntry(holder.JointKey.CreateEntry(epoch));
        }

        KeyEpochOpening opening = coordinator.CreateOpening();
        foreach (KeyHolder holder in holders)
        {
            coordinator.HandleCommitment(holder.JointKey.HandleOpening(opening));
        }

        KeyEpochCommitments commitments = coordinator.CreateCommitments();
        foreach (KeyHolder holder in holders)
        {
            coordinator.HandleReveal(holder.Index, holder.JointKey.HandleCommitments(commitments));
        }

        foreach (KeyHolder holder in holders)
        {
            Deliver(coordinator, holder);
            coordinator.HandleConfirmation(holder.JointKey.CreateConfirmation(epoch));
        }

        JointKeyEpoch key = coordinator.CreateEpoch();
        foreach (KeyHolder holder in holders)
        {
            holder.JointKey.HandleRecord(key.Record);
        }

        return key;
    }

    private static void Deliver(KeyEpochCoordinator coordinator, KeyHolder holder)
    {
        foreach ((PublicKeyShare publicKey, KeyDealing dealing, SealedKeyShare share) in
            coordinator.MessagesFor(holder.Index))
        {
            holder.JointKey.HandlePublicKeyShare(publicKey);
            holder.JointKey.HandleKeyDealing(dealing);
            holder.JointKey.HandleKeyShare(share);
        }
    }
}
