using SecureFL.Aggregation;
using SecureFL.Deployment.Contracts;
using SecureFL.Deployment.Server.State;
using SecureFL.Deployment.Server.Uploads;
using SecureFL.Grpc;

namespace SecureFL.Deployment.Server.Rounds;

/// <summary>
/// What clients and key holders do. Every message has been parsed within the plan's limits; here it is checked, made
/// durable, and used.
/// </summary>
internal sealed partial class RoundEngine
{
    private const int TasksAtOnce = 64;
    private const int JointKeyTasksAtOnce = 8;

    /// <summary>The invitation of a round that collects.</summary>
    public RoundInvitation Invitation(ulong number)
    {
        lock (_gate)
        {
            return Require(number, RoundPhase.Collecting).Server!.Round;
        }
    }

    /// <summary>The proof that a round is dead; null if there is none.</summary>
    public byte[]? DeathCertificate(ulong round) =>
        round <= long.MaxValue ? _database.Fact(round, FactKind.DeathCertificate) : null;

    /// <summary>A client's place to upload in a round.</summary>
    public UploadSlot Slot(ulong number, int client)
    {
        lock (_gate)
        {
            return Require(number, RoundPhase.Collecting).Slots.GetOrAdd(client, _ => new UploadSlot());
        }
    }

    /// <summary>Begins or resumes an upload; the caller holds the client's slot.</summary>
    /// <returns>The upload; null if the contribution is accepted already.</returns>
    public OpenUpload? BeginUpload(int client, UploadStart start)
    {
        Digest root = start.Root.Length == Digest.Size
            ? new Digest(start.Root.Span)
            : throw new ProtocolViolationException(ViolationCode.OutOfRange, Party.Client(client),
                $"a root of {Digest.Size} bytes", $"{start.Root.Length}");
        lock (_gate)
        {
            ServerRound round = Require(start.Round, RoundPhase.Collecting);
            if (round.Withdrawn.Contains(client))
            {
                throw RequestRefusedException.NotNow($"{Party.Client(client)} has withdrawn from round {round.Number}");
            }

            if (!_participation.Takes(round.Kind, _stamp?.Version ?? 0, client))
            {
                throw RequestRefusedException.NotNow($"{Party.Client(client)} is not drawn for round {round.Number}");
            }

            if (Accepted(round, client) is { } accepted)
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
                _database.Commit(writer => writer.AddFact(round.Number, FactKind.UploadRoot, client, root.ToArray()));
                round.Roots[client] = root;
            }

            return new OpenUpload(round.Number, upload, round.Store!, root);
        }
    }

    /// <summary>Where a client's upload stands. What is said to be durable is.</summary>
    public UploadState Upload(ulong number, int client)
    {
        lock (_gate)
        {
            if (_round?.Number != number && _session.Recent.LastOrDefault(decided => decided.Round == number)
                is { } summary)
            {
                string name = _plan.Enrolment.Clients[client].Name;
                bool counted = summary.Contributors.Contains(name) || summary.Spent.Contains(name);
                UploadState state = State(number, counted ? _plan.Parameters.ChunkCount : 0, counted, root: null);
                state.InSum = summary.Outcome == RoundPhase.Opened && summary.Contributors.Contains(name);
                return state;
            }

            ServerRound round = Require(number, phase: null);
            if (round.Server is null)
            {
                throw RequestRefusedException.NotNow($"round {number} is {Name(round.Phase)}");
            }

            ContributionStatement? accepted = Accepted(round, client);
            long next = accepted is not null ? _plan.Parameters.ChunkCount : 0;
            if (accepted is null && round.Phase == RoundPhase.Collecting && round.Roots.ContainsKey(client))
            {
                round.Store!.Flush(client);
                next = round.Server.OpenUpload(client).NextChunk;
            }

            return State(number, next, accepted is not null,
                accepted?.Root ?? (round.Roots.TryGetValue(client, out Digest root) ? root : null));
        }
    }

    /// <summary>Takes the header; the caller has made the chunks durable and holds the client's slot.</summary>
    public void Accept(int client, ContributionHeader header)
    {
        lock (_gate)
        {
            ServerRound round = Require(header.Statement.Context.Round, RoundPhase.Collecting);
            Party sender = Party.Client(client);
            if (header.Statement.Client != client)
            {
                throw new ProtocolViolationException(ViolationCode.NotEnrolled, sender, $"a contribution of {sender}",
                    $"one of {header.Statement.Signer}");
            }

            if (round.Withdrawn.Contains(client))
            {
                throw RequestRefusedException.NotNow($"{sender} has withdrawn from round {round.Number}");
            }

            try
            {
                if (round.Server!.CheckContribution(header))
                {
                    _database.Commit(writer => writer.AddFact(round.Number, FactKind.Header, client, header.Encode()));
                    round.Server.HandleContribution(header);
                    Log.ContributionAccepted(_log, round.Number, client, header.Statement.Hash.ToShortString());
                }
            }
            catch (ProtocolViolationException)
            {
                // The role has forgotten the upload: the client may send it anew from its first chunk.
                _database.Commit(writer => writer.RemoveFact(round.Number, FactKind.UploadRoot, client));
                round.Roots.Remove(client);
                throw;
            }
        }

        Wake();
    }

    /// <summary>
    /// Withdraws a client's contribution, or its intention to send one; the caller holds the client's slot.
    /// </summary>
    public void Withdraw(ulong number, int client)
    {
        lock (_gate)
        {
            ServerRound round = Require(number, RoundPhase.Collecting);
            _database.Commit(writer =>
            {
                writer.AddFact(number, FactKind.Withdrawn, client, []);
                writer.RemoveFact(number, FactKind.Header, client);
                writer.RemoveFact(number, FactKind.UploadRoot, client);
            });
            round.Withdrawn.Add(client);
            round.Roots.Remove(client);
            round.Server!.Forget(client);
            Log.ContributionWithdrawn(_log, number, client);
        }

        Wake();
    }

    /// <summary>A holder's stream begins.</summary>
    public HolderSession Attend(int holder, HolderHello hello)
    {
        if (!hello.PlanDigest.Span.SequenceEqual(_plan.Digest.ToArray()))
        {
            string theirs = hello.PlanDigest.Length == Digest.Size
                ? $"plan {SpokenDigest.Of(new Digest(hello.PlanDigest.Span))}" : "another plan";
            throw new ProtocolViolationException(ViolationCode.WrongPlan, Party.KeyHolder(holder),
                $"plan {SpokenDigest.Of(_plan.Digest)}", theirs);
        }

        HolderSession session = new(holder, hello.KnownVersions);
        lock (_gate)
        {
            _desk.Attend(session);
            _presence.Refused(Party.KeyHolder(holder), null);
            Log.HolderAttends(_log, holder, hello.KnownVersions);
        }

        Wake();
        return session;
    }

    /// <summary>A holder's stream has ended.</summary>
    public void Leave(HolderSession session)
    {
        lock (_gate)
        {
            _desk.Leave(session);
            Log.HolderLeft(_log, session.Holder);
        }

        Wake();
    }

    /// <summary>The tasks to send now, a few at a time; null when a newer stream has replaced this one.</summary>
    public IReadOnlyList<HolderTask>? Tasks(HolderSession session)
    {
        lock (_gate)
        {
            return _desk.IsCurrent(session)
                ? session.Take(Due(session), _uptime.Now, _keys is null ? TasksAtOnce : JointKeyTasksAtOnce) : null;
        }
    }

    /// <summary>Takes an answer.</summary>
    /// <exception cref="ProtocolViolationException">It is not what the task asks for.</exception>
    public void Answer(HolderSession session, HolderAnswer answer)
    {
        byte[] bytes = answer.AnswerMessage.ToByteArray();
        lock (_gate)
        {
            if (session.Answered(answer.Id) is { } task)
            {
                _presence.Refused(Party.KeyHolder(session.Holder), null);
                Handle(session, task, bytes);
            }
        }

        Wake();
    }

    /// <summary>A holder refuses a task: it is asked again later, and people see why.</summary>
    public void Refused(HolderSession session, HolderRefusal refusal)
    {
        lock (_gate)
        {
            if (session.Refused(refusal.Id, _uptime.Now) is { } task)
            {
                string detail = refusal.Detail.Length <= 500 ? refusal.Detail : refusal.Detail[..500];
                _presence.Refused(Party.KeyHolder(session.Holder),
                    $"refuses {task.Kind.ToString().ToLowerInvariant()}: {detail}");
                Log.TaskRefused(_log, session.Holder, task.Kind, task.Round, refusal.Code);
                Refuse(session, task, refusal.Code);
                if (task.Kind == HolderTaskKind.Share && refusal.Code is not (uint)ViolationCode.WrongOpening
                    && _round is { } round && round.Number == task.Round)
                {
                    round.Checked.TryAdd((session.Holder, task.Subject), false);
                }
            }
        }

        Wake();
    }

    /// <summary>A holder's own request for ledger heads, to be shown to its peers.</summary>
    public void RequestLedgerHeads(HolderSession session, byte[] message)
    {
        lock (_gate)
        {
            if (_desk.IsCurrent(session))
            {
                _desk.HandleRequest(session.Holder, message);
            }
        }

        Wake();
    }

    private static ContributionStatement? Accepted(ServerRound round, int client) =>
        round.Server!.Accepted.FirstOrDefault(statement => statement.Client == client);

    private UploadState State(ulong round, long next, bool accepted, Digest? root) => new()
    {
        Round = round,
        NextChunk = (ulong)next,
        ChunkCount = (ulong)_plan.Parameters.ChunkCount,
        Accepted = accepted,
        Root = root is { } known ? Google.Protobuf.ByteString.CopyFrom(known.ToArray())
            : Google.Protobuf.ByteString.Empty,
    };

    private IEnumerable<DueTask> Due(HolderSession session)
    {
        foreach (DueTask task in _desk.Tasks(session.Holder))
        {
            yield return task;
        }

        foreach ((ulong number, byte[] certificate) in _untakenDeaths[session.Holder])
        {
            yield return new DueTask(
                new HolderTaskKey(HolderTaskKind.DeathCertificate, number),
                () => new HolderTask { DeathCertificateMessage = Google.Protobuf.ByteString.CopyFrom(certificate) });
        }

        foreach (DueTask task in _keys?.Tasks(session.Holder) ?? [])
        {
            yield return task;
        }

        if (_round is { } round)
        {
            foreach (DueTask task in HolderTasks.Of(round, session.Holder, _session.Chain.Versions, session.Known))
            {
                yield return task;
            }

            foreach (DueTask task in _keys is null ? [] : JointKeyTasks.Of(_plan, round, session, _uptime.Now))
            {
                yield return task;
            }
        }
    }

    private void Handle(HolderSession session, HolderTaskKey task, byte[] answer)
    {
        int holder = session.Holder;
        ServerRound? round = _round is { } current && current.Number == task.Round ? current : null;
        switch (task.Kind)
        {
            case >= HolderTaskKind.KeyEntry and <= HolderTaskKind.KeyRecord:
                _keys!.Handle(holder, task, answer);
                break;
            case HolderTaskKind.Listed or HolderTaskKind.Summed or HolderTaskKind.Partial:
                HandleFeed(session, task, answer);
                break;
            case HolderTaskKind.LedgerHeadRequest:
                _desk.HandleHead(holder, task, answer);
                break;
            case HolderTaskKind.DeathCertificate:
                _database.Commit(writer => writer.AddFact(task.Round, FactKind.DeathTaken, holder, []));
                _untakenDeaths[holder].RemoveAll(death => death.Round == task.Round);
                break;
            case HolderTaskKind.Entry when round is { Server: null }:
                RoundOpeningEntry entry = RoundOpeningEntry.Parse(answer, _plan);
                HolderDesk.RequireHolder(entry.Holder, holder);
                round.AddEntry(entry);
                _database.Commit(writer => writer.AddFact(round.Number, FactKind.Entry, holder, answer));
                session.Known = (ulong)_session.Chain.Versions.Count;
                break;
            case HolderTaskKind.Share when round is { Server: not null, Certificate: null, Closing: false }:
                Receipt receipt = Receipt.Parse(answer, _plan);
                HolderDesk.RequireHolder(receipt.Holder, holder);
                if (receipt.Client == task.Subject && Accepted(round, receipt.Client) is not null)
                {
                    round.Server.HandleReceipt(receipt);
                    round.Checked[(holder, receipt.Client)] = true;
                }

                break;
            case HolderTaskKind.Proposal when round is { Phase: RoundPhase.Agreeing }:
                Vote vote = Vote.Parse(answer, _plan);
                HolderDesk.RequireHolder(vote.Holder, holder);
                round.AddVote(vote);
                _database.Commit(writer => writer.AddFact(round.Number, FactKind.Vote, holder, answer));
                break;
            case HolderTaskKind.Certificate when round is { Phase: RoundPhase.Releasing, Opening: false }:
                Release release = Release.Parse(answer, _plan);
                HolderDesk.RequireHolder(release.Holder, holder);
                round.AddRelease(release);
                _database.Commit(writer => writer.AddFact(round.Number, FactKind.Release, holder, answer));
                break;
            case HolderTaskKind.Death when round is not null:
                RoundDeath death = RoundDeath.Parse(answer, _plan);
                HolderDesk.RequireHolder(death.Holder, holder);
                RequireDeath(round, death);
                _database.Commit(writer => writer.AddFact(round.Number, FactKind.Death, holder, answer));
                round.Deaths[holder] = death;
                break;
        }
    }

    private void RequireDeath(ServerRound round, RoundDeath death)
    {
        if (death.Context.Round != round.Number)
        {
            throw new ProtocolViolationException(ViolationCode.WrongRound, death.Signer, $"round {round.Number}",
                $"round {death.Context.Round}");
        }

        death.Require(_plan);
    }
}
