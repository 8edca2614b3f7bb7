using SecureFL.Consortium.Plans;
using SecureFL.Learning.Rounds;
using SecureFL.Messages.Violations;
using SecureFL.Protocol.Roles;
using SecureFL.Protocol.Sessions;
using SecureFL.Transport.Contracts;

namespace SecureFL.Server.Rounds;

/// <summary>What people and clients see of the session. Thread-safe.</summary>
internal sealed class SessionStatus(EngineState state, RoundPolicy policy)
{
    private long _received;
    private long _sent;

    /// <summary>When each party was last heard of, and what it refused.</summary>
    public PartyPresence Presence { get; } = new();

    /// <summary>What keeps the server from going on, for people; null if nothing does.</summary>
    public string? Trouble { get; set; }

    private DateTimeOffset? Deadline =>
        policy.DeadlineSeconds > 0 && state.Work is { Phase: RoundPhase.Collecting }
        ? state.Facts.CollectingSince.AddSeconds(policy.DeadlineSeconds) : null;

    /// <summary>The newest round as a client sees it; -1 for others.</summary>
    public RoundState For(int client)
    {
        lock (state.Gate)
        {
            RoundState told = new() { Wanted = (uint)state.Model.Wanted(state.Work?.Kind), Reason = Trouble ?? "" };
            if (state.Model.Stamp is ModelStamp stamp)
            {
                told.ModelVersion = (ulong)stamp.Version;
                told.ModelDigest = Google.Protobuf.ByteString.CopyFrom(stamp.Digest.ToArray());
            }

            SessionFacts facts = state.Facts;
            told.ChainVersion = facts.Chain.Head?.Number ?? 0;
            if (state.Work is { } work)
            {
                Describe(told, work, client);
            }
            else if (facts.Ended is string ended)
            {
                (told.Phase, told.Round, told.Reason, told.Incomplete) =
                    (RoundPhase.Ended, facts.Last?.Round ?? 0, ended, facts.Incomplete);
            }
            else
            {
                told.Round = facts.Last?.Round ?? 0;
                told.Kind = facts.Last?.Kind ?? RoundKind.Unspecified;
                told.Phase = facts.Last?.Outcome ?? RoundPhase.Waiting;
                told.Reason = Trouble ?? facts.Last?.Reason ?? "";
                if (facts.Allowance == 0 && !state.Model.EvaluationDue)
                {
                    told.Phase = RoundPhase.Waiting;
                    told.Reason = Trouble ?? "waiting for an operator to start rounds";
                }
            }

            return told;
        }
    }

    /// <summary>Everything for operators.</summary>
    public StatusReply Tell(long bytesInFlight)
    {
        lock (state.Gate)
        {
            StatusReply reply = new()
            {
                Current = For(-1),
                RoundsOpened = state.Facts.RoundsOpened,
                BytesReceived = (ulong)Interlocked.Read(ref _received),
                BytesSent = (ulong)Interlocked.Read(ref _sent),
                BytesInFlight = (ulong)bytesInFlight,
            };
            HashSet<int> accepted =
                [.. state.Work?.Round.Server?.Accepted.Select(statement => statement.Client) ?? []];
            for (int client = 0; client < state.Plan.Enrolment.Clients.Count; client++)
            {
                PartyStatus status = Of(Party.Client(client), state.Plan.Enrolment.Clients[client].Name);
                status.Accepted = accepted.Contains(client);
                status.Chunks = status.Accepted ? (ulong)state.Plan.Parameters.ChunkCount
                    : (ulong)(state.Work?.Store?.Count(client, state.Plan.Parameters.ChunkBytes) ?? 0);
                status.WaitingFor = state.Work is { Phase: RoundPhase.Collecting } work && !status.Accepted
                    ? (work.Round.Withdrawn.Contains(client) ? "withdrawn"
                    : !state.Model.Takes(work.Kind, client) ? "a round that it is drawn for"
                    : "its contribution") : "";
                reply.Clients.Add(status);
            }

            for (int holder = 0; holder < state.Plan.Enrolment.KeyHolders.Count; holder++)
            {
                PartyStatus status = Of(Party.KeyHolder(holder), state.Plan.Enrolment.KeyHolders[holder].Name);
                status.WaitingFor = Presence.Of(Party.KeyHolder(holder)).Refusal ?? state.Session.WaitingFor(holder);
                reply.KeyHolders.Add(status);
            }

            reply.Recent.AddRange(state.Facts.Recent);
            return reply;
        }
    }

    public void CountReceived(long bytes)
    {
        Interlocked.Add(ref _received, bytes);
        ServerMetrics.BytesReceived(bytes);
    }

    public void CountSent(long bytes)
    {
        Interlocked.Add(ref _sent, bytes);
        ServerMetrics.BytesSent(bytes);
    }

    private void Describe(RoundState told, RoundWork work, int client)
    {
        ServerRound round = work.Round;
        told.Round = work.Number;
        told.Kind = work.Kind;
        told.Phase = work.Phase;
        if (round.Server is { } server)
        {
            told.Contributions = (uint)(round.Closed?.Proposal.Entries.Count() ?? server.Accepted.Count());
            told.Yours = client >= 0 && round.Accepted(client) is not null;
        }

        if (Deadline is { } deadline)
        {
            told.DeadlineUnixMs = deadline.ToUnixTimeMilliseconds();
        }

        if (work.Phase == RoundPhase.Collecting && work.DeadlineAt <= state.Uptime.Now
            && state.TooFew(work) is string few)
        {
            told.Reason = told.Reason.Length == 0 ? few : $"{told.Reason}; {few}";
        }

        if (round.Abort is string abort)
        {
            told.Reason = $"the round is being declared dead: {abort}";
        }
    }

    private PartyStatus Of(Party party, string name)
    {
        PartyPresence.Entry entry = Presence.Of(party);
        return new PartyStatus
        {
            Name = name,
            Connected = entry.IsConnected,
            LastSeenUnixMs = entry.LastSeenUnixMilliseconds
        };
    }
}
