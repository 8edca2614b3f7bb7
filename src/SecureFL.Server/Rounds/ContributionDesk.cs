using SecureFL.Messages.Primitives;
using SecureFL.Messages.Rounds;
using SecureFL.Messages.Violations;
using SecureFL.Protocol.Roles;
using SecureFL.Protocol.Sessions;
using SecureFL.Server.Uploads;
using SecureFL.Transport.Contracts;

namespace SecureFL.Server.Rounds;

/// <summary>
/// What clients do. Every message has been parsed within the plan's limits; here it is checked, made durable, and used.
/// Thread-safe.
/// </summary>
internal sealed class ContributionDesk(EngineState state)
{
    /// <summary>The invitation of a round that collects.</summary>
    public RoundInvitation Invitation(ulong number)
    {
        lock (state.Gate)
        {
            return state.Require(number, RoundPhase.Collecting).Round.Server!.Round;
        }
    }

    /// <summary>The proof that a round is dead; null if there is none.</summary>
    public byte[]? DeathCertificate(ulong round) =>
        round <= long.MaxValue ? state.Database.Fact(round, FactKind.DeathCertificate) : null;

    /// <summary>What clients need besides an invitation.</summary>
    /// <exception cref="RequestRefusedException">There is no such thing, or not yet.</exception>
    public SuiteKey Key()
    {
        lock (state.Gate)
        {
            ISuiteSession suite = state.Session.Suite;
            return suite.Key ?? throw RequestRefusedException.NotNow(suite.IsReady
                ? $"the suite {state.Plan.Suite.Name} has no key for clients"
                : "the key holders are still making the key");
        }
    }

    /// <summary>A client's place to upload in a round.</summary>
    public UploadSlot Slot(ulong number, int client)
    {
        lock (state.Gate)
        {
            return state.Require(number, RoundPhase.Collecting).Slots.GetOrAdd(client, _ => new UploadSlot());
        }
    }

    /// <summary>Begins or resumes an upload; the caller holds the client's slot.</summary>
    /// <returns>The upload; null if the contribution is accepted already.</returns>
    public OpenUpload? Begin(int client, UploadStart start)
    {
        Digest root = start.Root.Length == Digest.Size
            ? new Digest(start.Root.Span)
            : throw new ProtocolViolationException(ViolationCode.OutOfRange, Party.Client(client),
                $"a root of {Digest.Size} bytes", $"{start.Root.Length}");
        lock (state.Gate)
        {
            RoundWork work = state.Require(start.Round, RoundPhase.Collecting);
            ServerRound round = work.Round;
            RequirePresent(round, client);
            if (!state.Model.Takes(work.Kind, client))
            {
                throw RequestRefusedException.NotNow($"{Party.Client(client)} is not drawn for round {round.Number}");
            }

            if (round.Accepted(client) is { } accepted)
            {
                return accepted.Root == root
                    ? null
                    : throw new ProtocolViolationException(ViolationCode.DuplicateContribution, Party.Client(client),
                        "one contribution a round", "another one");
            }

            bool isBegun = round.Roots.TryGetValue(client, out Digest begun);
            if (isBegun && begun != root)
            {
                throw new ProtocolViolationException(
                    ViolationCode.DuplicateContribution, Party.Client(client),
                    $"the contribution with root {begun.ToShortString()} that was begun",
                    $"another one, {root.ToShortString()}");
            }

            ContributionUpload upload = round.Server!.OpenUpload(client);
            if (start.FirstChunk != (ulong)upload.NextChunk)
            {
                throw new ProtocolViolationException(ViolationCode.ChunkOrder, Party.Client(client),
                    $"chunk {upload.NextChunk} next", $"{start.FirstChunk}");
            }

            if (!isBegun)
            {
                state.Apply(work, new RoundFact(FactKind.UploadRoot, client, root.ToArray()));
            }

            return new OpenUpload(round.Number, upload, work.Store!, root);
        }
    }

    /// <summary>Where a client's upload stands. What is said to be durable is.</summary>
    public UploadState Progress(ulong number, int client)
    {
        lock (state.Gate)
        {
            if (state.Work?.Number != number
                && state.Facts.Recent.LastOrDefault(decided => decided.Round == number) is { } summary)
            {
                string name = state.Plan.Enrolment.Clients[client].Name;
                bool counted = summary.Contributors.Contains(name) || summary.Spent.Contains(name);
                UploadState decided = Progress(number, counted ? state.Plan.Parameters.ChunkCount : 0, counted, null);
                decided.InSum = summary.Outcome == RoundPhase.Opened && summary.Contributors.Contains(name);
                return decided;
            }

            RoundWork work = state.Require(number, phase: null);
            ServerRound round = work.Round;
            if (round.Server is null)
            {
                throw RequestRefusedException.NotNow($"round {number} is {EngineState.Name(work.Phase)}");
            }

            ContributionStatement? accepted = round.Accepted(client);
            long next = accepted is not null ? state.Plan.Parameters.ChunkCount : 0;
            if (accepted is null && work.Phase == RoundPhase.Collecting && round.Roots.ContainsKey(client))
            {
                // A stream may be writing: what is counted here is what the flush covers.
                next = round.Server.OpenUpload(client).NextChunk;
                work.Store!.Flush(client);
            }

            return Progress(number, next, accepted is not null,
                accepted?.Root ?? (round.Roots.TryGetValue(client, out Digest root) ? root : null));
        }
    }

    /// <summary>Takes the header; the caller has made the chunks durable and holds the client's slot.</summary>
    public void Accept(int client, ContributionHeader header)
    {
        lock (state.Gate)
        {
            RoundWork work = state.Require(header.Statement.Context.Round, RoundPhase.Collecting);
            ServerRound round = work.Round;
            Party sender = Party.Client(client);
            if (header.Statement.Client != client)
            {
                throw new ProtocolViolationException(ViolationCode.NotEnrolled, sender, $"a contribution of {sender}",
                    $"one of {header.Statement.Signer}");
            }

            RequirePresent(round, client);
            try
            {
                if (round.Server!.CheckContribution(header))
                {
                    state.Apply(work, new RoundFact(FactKind.Header, client, header.Encode()));
                    Log.ContributionAccepted(state.Log, round.Number, client, header.Statement.Hash.ToShortString());
                }
            }
            catch (ProtocolViolationException violation)
                when (violation.Code != ViolationCode.RoundClosed && round.Accepted(client) is null)
            {
                // The client may send it anew from its first chunk. In a full round nothing is wrong with the upload.
                state.Apply(work, new RoundFact(FactKind.UploadRoot, client, default));
                throw;
            }
        }

        state.Wake();
    }

    /// <summary>
    /// Withdraws a client's contribution, or its intention to send one; the caller holds the client's slot.
    /// </summary>
    public void Withdraw(ulong number, int client)
    {
        lock (state.Gate)
        {
            RoundWork work = state.Require(number, RoundPhase.Collecting);
            state.Apply(work, new RoundFact(FactKind.Withdrawn, client, default));
            Log.ContributionWithdrawn(state.Log, number, client);
        }

        state.Wake();
    }

    private static void RequirePresent(ServerRound round, int client)
    {
        if (round.Withdrawn.Contains(client))
        {
            throw RequestRefusedException.NotNow($"{Party.Client(client)} has withdrawn from round {round.Number}");
        }
    }

    private UploadState Progress(ulong round, long next, bool accepted, Digest? root) => new()
    {
        Round = round,
        NextChunk = (ulong)next,
        ChunkCount = (ulong)state.Plan.Parameters.ChunkCount,
        Accepted = accepted,
        Root = root is { } known ? Google.Protobuf.ByteString.CopyFrom(known.ToArray())
            : Google.Protobuf.ByteString.Empty,
    };
}
