using System.Globalization;
using SecureFL.Aggregation;
using SecureFL.Deployment.Contracts;
using SecureFL.Federated.Rounds;

namespace SecureFL.Deployment.Server.Rounds;

/// <summary>What people and clients see of the session.</summary>
internal sealed partial class RoundEngine
{
    private long _received;
    private long _sent;

    /// <summary>The newest round as a client sees it; -1 for others.</summary>
    public RoundState StateFor(int client)
    {
        lock (_gate)
        {
            RoundState state = new() { Wanted = (uint)Wanted, Reason = Trouble ?? "" };
            if (_stamp is ModelStamp stamp)
            {
                state.ModelVersion = (ulong)stamp.Version;
                state.ModelDigest = Google.Protobuf.ByteString.CopyFrom(stamp.Digest.ToArray());
            }

            if (_round is { } round)
            {
                Describe(state, round, client);
            }
            else if (_session.Ended is string ended)
            {
                (state.Phase, state.Round, state.Reason, state.Incomplete) =
                    (RoundPhase.Ended, _session.Last?.Round ?? 0, ended, _session.Incomplete);
            }
            else
            {
                state.Round = _session.Last?.Round ?? 0;
                state.Kind = _session.Last?.Kind ?? RoundKind.Unspecified;
                state.Phase = _session.Last?.Outcome ?? RoundPhase.Waiting;
                state.Reason = Trouble ?? _session.Last?.Reason ?? "";
                if (_session.Allowance == 0 && !_evaluationDue)
                {
                    state.Phase = RoundPhase.Waiting;
                    state.Reason = Trouble ?? "waiting for an operator to start rounds";
                }
            }

            return state;
        }
    }

    /// <summary>Everything for operators.</summary>
    public StatusReply Status(long bytesInFlight)
    {
        lock (_gate)
        {
            StatusReply reply = new()
            {
                Current = StateFor(-1),
                RoundsOpened = _session.RoundsOpened,
                BytesReceived = (ulong)Interlocked.Read(ref _received),
                BytesSent = (ulong)Interlocked.Read(ref _sent),
                BytesInFlight = (ulong)bytesInFlight,
            };
            HashSet<int> accepted = [.. _round?.Server?.Accepted.Select(statement => statement.Client) ?? []];
            for (int client = 0; client < _plan.Enrolment.Clients.Count; client++)
            {
                PartyStatus status = Of(Party.Client(client), _plan.Enrolment.Clients[client].Name);
                status.Accepted = accepted.Contains(client);
                status.Chunks = status.Accepted ? (ulong)_plan.Parameters.ChunkCount
                    : (ulong)(_round?.Store?.Count(client, _plan.Parameters.ChunkBytes) ?? 0);
                status.WaitingFor = _round is { Phase: RoundPhase.Collecting } round && !status.Accepted
                    ? (round.Withdrawn.Contains(client) ? "withdrawn"
                    : !_participation.Takes(round.Kind, _stamp?.Version ?? 0, client) ? "a round that it is drawn for"
                    : "its contribution") : "";
                reply.Clients.Add(status);
            }

            for (int holder = 0; holder < _plan.Enrolment.KeyHolders.Count; holder++)
            {
                PartyStatus status = Of(Party.KeyHolder(holder), _plan.Enrolment.KeyHolders[holder].Name);
                status.WaitingFor = WaitingFor(holder);
                reply.KeyHolders.Add(status);
            }

            reply.Recent.AddRange(_session.Recent);
            return reply;
        }
    }

    /// <summary>The party has called.</summary>
    public void Saw(Party party) => _presence.Saw(party, _clock.GetUtcNow());

    /// <summary>A stream of the party is open until the result is disposed.</summary>
    public IDisposable Stay(Party party)
    {
        Saw(party);
        return _presence.Stay(party);
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

    private void Describe(RoundState state, ServerRound round, int client)
    {
        state.Round = round.Number;
        state.Kind = round.Kind;
        state.Phase = round.Phase;
        if (round.Server is { } server)
        {
            state.Contributions = (uint)(round.Closed?.Proposal.Entries.Count() ?? server.Accepted.Count());
            state.Yours = client >= 0 && Accepted(round, client) is not null;
        }

        if (Deadline is { } deadline)
        {
            state.DeadlineUnixMs = deadline.ToUnixTimeMilliseconds();
        }

        if (round.Phase == RoundPhase.Collecting && round.DeadlineAt <= _uptime.Now
            && TooFew(round) is string few)
        {
            state.Reason = state.Reason.Length == 0 ? few : $"{state.Reason}; {few}";
        }

        if (round.Abort is string abort)
        {
            state.Reason = $"the round is being declared dead: {abort}";
        }
    }

    // What the deadline alone does not close; null where enough contributions are there.
    private string? TooFew(ServerRound round)
    {
        int accepted = round.Server?.Accepted.Count() ?? 0;
        int fewest = _plan.Settings.MinClients;
        return accepted >= fewest ? null
            : string.Create(CultureInfo.InvariantCulture,
                $"deadline passed, {accepted} of at least {fewest} contributions: it waits for more, an operator may "
                + $"abort it");
    }

    private PartyStatus Of(Party party, string name)
    {
        PartyPresence.Entry entry = _presence.Of(party);
        return new PartyStatus
        {
            Name = name,
            Connected = entry.IsConnected,
            LastSeenUnixMs = entry.LastSeenUnixMilliseconds
        };
    }

    private string WaitingFor(int holder)
    {
        if (_presence.Of(Party.KeyHolder(holder)).Refusal is string refusal)
        {
            return refusal;
        }

        return _round switch
        {
            null => _keys?.WaitingFor(holder) ?? "",
            { Abort: not null } round when !round.Deaths.ContainsKey(holder)
                && !round.Releases.ContainsKey(holder) => "its signature that the round is dead",
            { Server: null } round => round.Entries.ContainsKey(holder) ? "" : "its entry for the round",
            { Phase: RoundPhase.Collecting } round
                when round.Server.Round.Opening.PositionOf(holder) < 0 => "the next round: it has no part in this one",
            { Phase: RoundPhase.Agreeing } round => round.Votes.ContainsKey(holder) ? "" : "its vote",
            { Phase: RoundPhase.Releasing } round when round.Closed!.Proposal.JointKey is { } terms =>
                !terms.ActiveSet.Contains(holder) || JointKeyTasks.HasDecrypted(round, holder)
                ? "" : "its partial decryption",
            { Phase: RoundPhase.Releasing } round => round.Releases.ContainsKey(holder) ? "" : "its release",
            { Phase: RoundPhase.Collecting } round
                when round.Server.Accepted.Any(statement => !round.Checked.ContainsKey((holder, statement.Client))) =>
                "receipts of contributions",
            _ => "",
        };
    }
}
