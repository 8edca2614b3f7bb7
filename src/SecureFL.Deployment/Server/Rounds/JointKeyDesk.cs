using Google.Protobuf;
using Microsoft.Extensions.Logging;
using SecureFL.Aggregation;
using SecureFL.Deployment.Contracts;
using SecureFL.Deployment.Server.State;

namespace SecureFL.Deployment.Server.Rounds;

/// <summary>
/// The joint key of a session: the one in use, how much was decrypted under it, and the generation of the next. Record,
/// public key, count and epoch number are durable; the messages of a generation are not, because the holders' secrets
/// are in memory too: a restart on either side costs the epoch, and the next one begins. Used under the engine's lock.
/// </summary>
internal sealed class JointKeyDesk : IDisposable
{
    private const string RecordKey = "joint-key-record";
    private const string PublicKeyKey = "joint-key-public";
    private const string DecryptedKey = "joint-key-decrypted";
    private const string NextKey = "joint-key-next";
    private readonly AggregationPlan _plan;
    private readonly StateDatabase _database;
    private readonly Uptime _uptime;
    private readonly ILogger _log;
    private readonly long _cost;
    private ulong _next;
    private KeyGeneration? _generation;
    private TimeSpan _notBefore;
    private int _failures;

    /// <summary>The desk of a plan of the joint-key suite, with what an earlier process stored.</summary>
    public JointKeyDesk(AggregationPlan plan, StateDatabase database, Uptime uptime, ILogger log)
    {
        _plan = plan;
        _database = database;
        _uptime = uptime;
        _log = log;
        int groups = plan.Settings.GroupSize == 0 ? 1 : plan.Enrolment.Clients.Count / plan.Settings.GroupSize;
        _cost = checked(groups * plan.Parameters.CoefficientsPerOpening);
        _next = (ulong)database.Number(NextKey, 0);
        Decrypted = database.Number(DecryptedKey, 0);
        if (database.Value(RecordKey) is { } record && database.Value(PublicKeyKey) is { } key)
        {
            Active = JointKeyEpoch.Verify(KeyEpochRecord.Parse(record, plan),
                JointPublicKeyMessage.Parse(key, plan), plan);
        }
    }

    /// <summary>The key in use; null before the first.</summary>
    public JointKeyEpoch? Active { get; private set; }

    /// <summary>Coefficients decrypted under the key, those of dead rounds included.</summary>
    public long Decrypted { get; private set; }

    /// <summary>Whether another round could go beyond the lifetime of the key in use.</summary>
    public bool IsDue => Active is null || Decrypted + _cost > _plan.Parameters.JointKey!.MaxCoefficientsPerKey;

    /// <summary>Takes the next step of the generation that is due, if there is one.</summary>
    /// <returns>Whether anything happened.</returns>
    public bool Step(TranscriptFile transcript, Action<Action> append)
    {
        if (_generation is { IsConfirmed: true })
        {
            Finish(_generation.CreateEpoch(), transcript, append);
            return true;
        }

        if (_generation is not null || _uptime.Now < _notBefore)
        {
            return false;
        }

        // The number is durable before a holder hears it: no epoch is asked for twice.
        ulong epoch = _next;
        _database.Commit(writer => writer.Set(NextKey, checked((long)epoch + 1)));
        _next = epoch + 1;
        _generation = new KeyGeneration(_plan, epoch);
        Log.KeyEpochBegun(_log, epoch);
        return true;
    }

    /// <summary>Notes, in the transaction that makes a proposal durable, what it decrypts.</summary>
    public static void Spend(StateWriter writer, long decrypted) => writer.Set(DecryptedKey, decrypted);

    /// <summary>The proposal is durable.</summary>
    public void Spent(long decrypted) => Decrypted = decrypted;

    /// <summary>The key-epoch tasks of a holder: the record in use first.</summary>
    public IEnumerable<DueTask> Tasks(int holder)
    {
        if (Active is { } active)
        {
            yield return new DueTask(
                new HolderTaskKey(HolderTaskKind.KeyRecord, active.Record.Context.Round),
                () => new HolderTask { KeyRecordMessage = UnsafeByteOperations.UnsafeWrap(active.Record.Encode()) });
        }

        if (_generation is { } generation)
        {
            foreach (DueTask task in generation.Tasks(holder))
            {
                yield return task;
            }
        }
    }

    /// <summary>Takes a holder's answer to one of these tasks; one of a former epoch is skipped.</summary>
    /// <exception cref="ProtocolViolationException">It is not what the task asks for.</exception>
    public void Handle(int holder, HolderTaskKey task, byte[] answer)
    {
        if (task.Kind != HolderTaskKind.KeyRecord && _generation is { } generation && generation.Epoch == task.Round)
        {
            generation.Handle(holder, task, answer);
        }
    }

    /// <summary>A holder refuses a task for good: the epoch has failed.</summary>
    public void Refused(int holder, HolderTaskKey task, uint code)
    {
        if (code == 0 || task.Kind == HolderTaskKind.KeyRecord || _generation is not { } generation
            || generation.Epoch != task.Round)
        {
            return;
        }

        Log.KeyEpochFailed(_log, generation.Epoch, holder, code);
        generation.Dispose();
        _generation = null;
        _notBefore = _uptime.Now + TimeSpan.FromSeconds(Math.Min(30, Math.Pow(2, _failures - 2)));
        _failures++;
    }

    /// <summary>What a holder is waited for; empty for nothing.</summary>
    public string WaitingFor(int holder) => _generation is { } generation ? generation.WaitingFor(holder) : "";

    /// <inheritdoc/>
    public void Dispose() => _generation?.Dispose();

    private void Finish(JointKeyEpoch epoch, TranscriptFile transcript, Action<Action> append)
    {
        Action write = () => { };
        _database.Commit(writer =>
        {
            writer.Set(RecordKey, epoch.Record.Encode());
            writer.Set(PublicKeyKey, epoch.PublicKey.Encode());
            writer.Set(DecryptedKey, 0);
            write = transcript.Stage(writer, [epoch.Record]);
        });
        Active = epoch;
        Decrypted = 0;
        _generation!.Dispose();
        _generation = null;
        _failures = 0;
        Log.KeyEpochConfirmed(_log, epoch.Record.Context.Round, epoch.Record.Hash.ToShortString());
        append(write);
    }
}
