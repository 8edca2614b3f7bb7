using Google.Protobuf;
using SecureFL.Aggregation;
using SecureFL.Deployment.Contracts;

namespace SecureFL.Deployment.Server.Rounds;

/// <summary>What a task asks for.</summary>
internal enum HolderTaskKind
{
    Entry,
    Opening,
    Share,
    Proposal,
    Certificate,
    Death,
    DeathCertificate,
    LedgerHeadRequest,
    LedgerHead,
    KeyEntry,
    KeyOpening,
    KeyCommitments,
    KeyDealingRequest,
    KeyShareRequest,
    PeerPublicKeyShare,
    PeerKeyDealing,
    PeerKeyShare,
    KeyConfirmation,
    KeyRecord,
    Listed,
    Summed,
    Partial,
}

/// <summary>Names a task: the same key is the same bytes, sent once a stream.</summary>
/// <param name="Kind">What it asks for.</param>
/// <param name="Round">The round or key epoch, 0 where there is none.</param>
/// <param name="Subject">Client of a share, peer of a ledger message or key share, place in a feed.</param>
/// <param name="Nonce">Distinguishes the requests of one peer.</param>
/// <param name="Feed">The feed that it belongs to, counted on its stream; 0 for none.</param>
internal readonly record struct HolderTaskKey(HolderTaskKind Kind, ulong Round, int Subject = 0, Digest Nonce = default,
    int Feed = 0);

/// <summary>A task that is due.</summary>
/// <param name="Key">Its name.</param>
/// <param name="Create">Makes the message.</param>
internal readonly record struct DueTask(HolderTaskKey Key, Func<HolderTask> Create);

/// <summary>The tasks that a round has for a key holder: a function of the round's facts.</summary>
internal static class HolderTasks
{
    /// <param name="round">The round under way.</param>
    /// <param name="holder">The holder.</param>
    /// <param name="versions">The model chain.</param>
    /// <param name="known">Versions that the holder has.</param>
    public static IEnumerable<DueTask> Of(ServerRound round, int holder, IReadOnlyList<ModelVersion> versions,
        ulong known)
    {
        if (round.Abort is not null && !round.Deaths.ContainsKey(holder) && !round.Releases.ContainsKey(holder))
        {
            ulong number = round.Number;
            yield return new DueTask(
                new HolderTaskKey(HolderTaskKind.Death, number),
                () => new HolderTask { CreateDeath = new CreateDeath { Round = number } });
        }

        if (round.Deaths.ContainsKey(holder) || round.Releases.ContainsKey(holder))
        {
            yield break;
        }

        if (round.Server is not AggregationServer server)
        {
            if (round.Abort is null && !round.Entries.ContainsKey(holder))
            {
                yield return new DueTask(new HolderTaskKey(HolderTaskKind.Entry, round.Number),
                    () => CreateEntry(round.Number, versions, known));
            }

            yield break;
        }

        if (server.Round.Opening.PositionOf(holder) < 0 || (round.Abort is not null && round.Certificate is null))
        {
            yield break;
        }

        yield return new DueTask(
            new HolderTaskKey(HolderTaskKind.Opening, round.Number),
            () => new HolderTask { OpeningMessage = Bytes(server.Round.Opening) });
        foreach (int client in round.Closed?.Proposal.Entries.Select(entry => entry.Client)
            ?? server.Accepted.Select(statement => statement.Client))
        {
            yield return new DueTask(
                new HolderTaskKey(HolderTaskKind.Share, round.Number, client),
                () => new HolderTask { ShareMessage = Bytes(server.CreateShareDelivery(client, holder)) });
        }

        if (round.IsJointKey)
        {
            yield break; // the rest depends on what the holder's stream has seen: JointKeyTasks
        }

        if (round.Closed is ClosedRound closed)
        {
            yield return new DueTask(
                new HolderTaskKey(HolderTaskKind.Proposal, round.Number),
                () => new HolderTask { ProposalMessage = Bytes(closed.Proposal) });
        }

        if (round.Certificate is RoundCertificate certificate)
        {
            yield return new DueTask(
                new HolderTaskKey(HolderTaskKind.Certificate, round.Number),
                () => new HolderTask { CertificateMessage = Bytes(certificate) });
        }
    }

    private static HolderTask CreateEntry(ulong round, IReadOnlyList<ModelVersion> versions, ulong known)
    {
        CreateEntry create = new() { Round = round };
        create.ModelVersionMessages.AddRange(versions.Skip((int)Math.Min(known, (ulong)versions.Count)).Select(Bytes));
        return new HolderTask { CreateEntry = create };
    }

    private static ByteString Bytes(ProtocolMessage message) => UnsafeByteOperations.UnsafeWrap(message.Encode());
}
