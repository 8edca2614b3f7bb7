using System.Buffers.Binary;
using SecureFL.Messages.JointKey;
using SecureFL.Messages.Violations;
using SecureFL.Messages.Wire;
using SecureFL.Protocol.Plans;
using SecureFL.Protocol.Sessions;
using SecureFL.Protocol.Suites.JointKey.KeyGeneration;

namespace SecureFL.Protocol.Suites.JointKey.Sessions;

/// <summary>
/// The joint key of a session: the one in use, how much was decrypted under it, and the generation of the next. Record,
/// public key, count and epoch number are durable; the messages of a generation are not, because the holders' secrets
/// are in memory too: a restart on either side costs the epoch, and the next one begins. Not thread-safe.
/// </summary>
internal sealed class JointKeyDesk : IDisposable
{
    private const string RecordName = "joint-key-record";
    private const string PublicKeyName = "joint-key-public";
    private const string DecryptedName = "joint-key-decrypted";
    private const string NextName = "joint-key-next";
    private readonly AggregationPlan _plan;
    private readonly long _cost;
    private ulong _next;
    private ulong? _asked;
    private KeyGeneration? _generation;
    private TimeSpan _notBefore;
    private int _failures;

    public JointKeyDesk(AggregationPlan plan)
    {
        _plan = plan;
        int groups = plan.Settings.GroupSize == 0 ? 1 : plan.Enrolment.Clients.Count / plan.Settings.GroupSize;
        _cost = checked(groups * plan.Parameters.CoefficientsPerOpening);
    }

    /// <summary>Names of what is durable.</summary>
    public static IReadOnlyList<string> Names { get; } = [RecordName, PublicKeyName, DecryptedName, NextName];

    /// <summary>The key in use; null before the first.</summary>
    public JointKeyEpoch? Active { get; private set; }

    /// <summary>Coefficients decrypted under the key, those of dead rounds included.</summary>
    public long Decrypted { get; private set; }

    /// <summary>Whether another round could go beyond the lifetime of the key in use.</summary>
    public bool IsDue => Active is null || Decrypted + _cost > _plan.Parameters.JointKey!.MaxCoefficientsPerKey;

    /// <summary>What a count of decrypted coefficients is as a value.</summary>
    public static SuiteValue Spent(long decrypted) => Number(DecryptedName, decrypted);

    /// <summary>What the number of the first epoch to make is as a value.</summary>
    public static SuiteValue From(ulong epoch) => Number(NextName, checked((long)epoch));

    /// <summary>Takes up values. A generation begins once the number of the epoch after it is durable.</summary>
    public void Apply(IReadOnlyList<SuiteValue> values)
    {
        var known = values.ToDictionary(value => value.Name, value => value.Bytes);
        if (known.TryGetValue(NextName, out ReadOnlyMemory<byte> next))
        {
            _next = (ulong)Number(next);
            if (_asked is { } epoch && _next == epoch + 1)
            {
                _generation = new KeyGeneration(_plan, epoch);
            }
        }

        if (known.TryGetValue(RecordName, out ReadOnlyMemory<byte> record)
            && known.TryGetValue(PublicKeyName, out ReadOnlyMemory<byte> key))
        {
            Active = JointKeyEpoch.Verify(KeyEpochRecord.Parse(record.Span, _plan.Limits),
                JointPublicKeyMessage.Parse(key.Span, _plan.Limits), _plan);
            EndGeneration();
            _failures = 0;
        }

        if (known.TryGetValue(DecryptedName, out ReadOnlyMemory<byte> decrypted))
        {
            Decrypted = Number(decrypted);
        }
    }

    /// <summary>The next step of the generation that is due, if there is one.</summary>
    public SuiteStep? Next(TimeSpan now)
    {
        if (_generation is { IsConfirmed: true })
        {
            JointKeyEpoch made = _generation.CreateEpoch();
            return new SuiteStep(
                $"Key epoch {_generation.Epoch}: all key holders confirm joint key {made.Record.Hash.ToShortString()}",
                [
                    new SuiteValue(RecordName, made.Record.Encode()),
                    new SuiteValue(PublicKeyName, made.PublicKey.Encode()), Spent(0),
                ], [made.Record]);
        }

        if (!IsDue || _generation is not null || now < _notBefore)
        {
            return null;
        }

        // The number is durable before a holder hears it: no epoch is asked for twice.
        _asked = _next;
        return new SuiteStep($"Key epoch {_next}: the key holders make a joint key", [From(_next + 1)], []);
    }

    /// <summary>The key-epoch tasks of a holder: the record in use first.</summary>
    public IEnumerable<DueTask> Tasks(int holder)
    {
        if (Active is { } active)
        {
            yield return DueTask.Of(active.Record.Context.Round, () => active.Record, MessageType.KeyEpochRecord);
        }

        foreach (DueTask task in _generation?.Tasks(holder) ?? [])
        {
            yield return task;
        }
    }

    /// <summary>Takes a holder's answer to one of these tasks; one of a former epoch is skipped.</summary>
    /// <exception cref="ProtocolViolationException">It is not what the task asks for.</exception>
    public void Handle(int holder, HolderTaskKey task, byte[] answer)
    {
        if (task.Kind != MessageType.KeyEpochRecord && _generation is { } generation && generation.Epoch == task.Round)
        {
            generation.Handle(holder, task, answer);
        }
    }

    /// <summary>A holder refuses a key-epoch task for good: the epoch has failed.</summary>
    /// <returns>That it has; null where it goes on.</returns>
    public string? Refused(int holder, HolderTaskKey task, uint code, TimeSpan now)
    {
        if (code == 0 || task.Kind == MessageType.KeyEpochRecord || _generation is not { } generation
            || generation.Epoch != task.Round)
        {
            return null;
        }

        EndGeneration();
        _notBefore = now + TimeSpan.FromSeconds(Math.Min(30, Math.Pow(2, _failures - 2)));
        _failures++;
        return $"Key epoch {generation.Epoch} failed: key holder {holder} refuses with code {code}; the next one "
            + "follows";
    }

    /// <summary>What a holder is waited for; empty for nothing.</summary>
    public string WaitingFor(int holder) => _generation is { } generation ? generation.WaitingFor(holder) : "";

    public void Dispose() => EndGeneration();

    private void EndGeneration()
    {
        _generation?.Dispose();
        _generation = null;
        _asked = null;
    }

    private static SuiteValue Number(string name, long value)
    {
        byte[] bytes = new byte[sizeof(long)];
        BinaryPrimitives.WriteInt64LittleEndian(bytes, value);
        return new SuiteValue(name, bytes);
    }

    private static long Number(ReadOnlyMemory<byte> value) =>
        value.Length == sizeof(long) ? BinaryPrimitives.ReadInt64LittleEndian(value.Span) : 0;
}
