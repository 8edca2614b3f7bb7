using Google.Protobuf;
using SecureFL.Messages.Primitives;
using SecureFL.Messages.Violations;
using SecureFL.Protocol.Sessions;
using SecureFL.Transport.Contracts;

namespace SecureFL.Server.Rounds;

/// <summary>What key holders do: their streams come and go, tasks go out, answers come in. Thread-safe.</summary>
internal sealed class HolderDesk(EngineState state, PartyPresence presence)
{
    /// <summary>A holder's stream begins.</summary>
    /// <exception cref="ProtocolViolationException">It has another plan.</exception>
    public HolderStream Attend(int holder, HolderHello hello)
    {
        Digest plan = state.Plan.Digest;
        if (!hello.PlanDigest.Span.SequenceEqual(plan.ToArray()))
        {
            string theirs = hello.PlanDigest.Length == Digest.Size
                ? $"plan {SpokenDigest.Of(new Digest(hello.PlanDigest.Span))}" : "another plan";
            throw new ProtocolViolationException(ViolationCode.WrongPlan, Party.KeyHolder(holder),
                $"plan {SpokenDigest.Of(plan)}", theirs);
        }

        HolderStream stream = new(holder, hello.KnownVersions);
        lock (state.Gate)
        {
            state.Session.Ledgers.Attend(stream);
            presence.Refused(Party.KeyHolder(holder), null);
            Log.HolderAttends(state.Log, holder, hello.KnownVersions);
        }

        state.Wake();
        return stream;
    }

    /// <summary>A holder's stream has ended.</summary>
    public void Leave(HolderStream stream)
    {
        lock (state.Gate)
        {
            state.Session.Ledgers.Leave(stream);
            Log.HolderLeft(state.Log, stream.Holder);
        }

        state.Wake();
    }

    /// <summary>The tasks to send now, a few at a time; null when a newer stream has replaced this one.</summary>
    public IReadOnlyList<HolderTask>? Tasks(HolderStream stream)
    {
        lock (state.Gate)
        {
            return !state.Session.Ledgers.IsCurrent(stream) ? null :
            [
                .. state.Session.Take(stream, state.Uptime.Now).Select(task =>
                    new HolderTask
                    {
                        Id = task.Id,
                        Message = UnsafeByteOperations.UnsafeWrap(state.Tampering.Ask(stream.Holder, task.Message)),
                    }),
            ];
        }
    }

    /// <summary>Takes an answer.</summary>
    /// <exception cref="ProtocolViolationException">It is not what the task asks for, or none was asked.</exception>
    public void Answer(HolderStream stream, HolderAnswer answer)
    {
        byte[] bytes = answer.AnswerMessage.ToByteArray();
        lock (state.Gate)
        {
            state.Session.Handle(stream, answer.Id, bytes);
            presence.Refused(Party.KeyHolder(stream.Holder), null);
        }

        state.Wake();
    }

    /// <summary>A holder refuses a task: it is asked again later, and people see why.</summary>
    /// <exception cref="ProtocolViolationException">None was asked.</exception>
    public void Refused(HolderStream stream, HolderRefusal refusal)
    {
        lock (state.Gate)
        {
            HolderTaskKey task = state.Session.Refuse(stream, refusal.Id, refusal.Code, state.Uptime.Now,
                out string? setback);
            string detail = refusal.Detail.Length <= 500 ? refusal.Detail : refusal.Detail[..500];
            presence.Refused(Party.KeyHolder(stream.Holder), $"refuses {task.Name}: {detail}");
            Log.TaskRefused(state.Log, stream.Holder, task.Name, task.Round, refusal.Code);
            if (setback is not null)
            {
                Log.SuiteSetback(state.Log, setback);
            }
        }

        state.Wake();
    }

    /// <summary>A holder's own request for ledger heads, to be shown to its peers.</summary>
    public void RequestLedgerHeads(HolderStream stream, byte[] message)
    {
        lock (state.Gate)
        {
            state.Session.Ledgers.HandleRequest(stream, message);
        }

        state.Wake();
    }
}
