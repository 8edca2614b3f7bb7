using SecureFL.Messages.Rounds;
using SecureFL.Messages.Wire;
using SecureFL.Protocol.Roles;

namespace SecureFL.Protocol.Sessions;

/// <summary>The tasks that a round has for a key holder: a function of the round's facts.</summary>
internal static class DueTasks
{
    /// <summary>What is due in every suite.</summary>
    /// <param name="round">The round under way.</param>
    /// <param name="stream">The holder's stream.</param>
    /// <param name="versions">The model chain.</param>
    public static IEnumerable<DueTask> Of(ServerRound round, HolderStream stream, IReadOnlyList<ModelVersion> versions)
    {
        int holder = stream.Holder;
        if (IsOver(round, holder))
        {
            yield break;
        }

        if (round.Abort is not null)
        {
            yield return DueTask.Ask(round.Context, MessageType.RoundDeath);
        }

        if (round.Server is null)
        {
            if (round.Abort is null && !round.Holders.Entries.ContainsKey(holder))
            {
                int known = (int)Math.Min(stream.Known, (ulong)versions.Count);
                yield return DueTask.AskEntry(round.Context, round.Task, versions.Skip(known));
            }

            yield break;
        }

        if (!TakesPart(round, holder))
        {
            yield break;
        }

        AggregationServer server = round.Server;
        yield return DueTask.Of(round.Number, () => server.Round.Opening, MessageType.RoundOpening);
        foreach (int client in round.Closed?.Proposal.Entries.Select(entry => entry.Client)
            ?? server.Accepted.Select(statement => statement.Client))
        {
            yield return DueTask.Of(round.Number, () => server.CreateShareDelivery(client, holder),
                MessageType.ShareDelivery, client);
        }
    }

    /// <summary>A vote once the set is fixed, a release once it is agreed.</summary>
    public static IEnumerable<DueTask> Agreement(ServerRound round, int holder)
    {
        if (IsOver(round, holder))
        {
            yield break;
        }

        if (round.Closed is { } closed)
        {
            yield return DueTask.Of(round.Number, () => closed.Proposal, MessageType.CertificateProposal);
        }

        if (round.Certificate is { } certificate)
        {
            yield return DueTask.Of(round.Number, () => certificate, MessageType.RoundCertificate);
        }
    }

    /// <summary>Whether a holder has a part in an opened round, which an abort before agreement ends.</summary>
    public static bool TakesPart(ServerRound round, int holder) => round.Server is { } server
        && server.Round.Opening.PositionOf(holder) >= 0 && (round.Abort is null || round.Certificate is not null);

    /// <summary>Whether the answer changes what the round's role works with when it fixes the set or opens the sum.
    /// </summary>
    public static bool ChangesRole(HolderTaskKey task) => task.Kind is MessageType.ShareDelivery
        or MessageType.RoundCertificate or MessageType.PartialDecryptionChunk;

    private static bool IsOver(ServerRound round, int holder) =>
        round.Holders.Deaths.ContainsKey(holder) || round.Holders.Releases.ContainsKey(holder);
}
