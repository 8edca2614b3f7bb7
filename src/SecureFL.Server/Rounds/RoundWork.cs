using System.Collections.Concurrent;
using SecureFL.Messages.Violations;
using SecureFL.Protocol.Plans;
using SecureFL.Protocol.Roles;
using SecureFL.Protocol.Sessions;
using SecureFL.Server.State;
using SecureFL.Server.Uploads;
using SecureFL.Transport.Contracts;

namespace SecureFL.Server.Rounds;

/// <summary>
/// The round under way as the engine works on it: its facts, and what is lost with the process. Not thread-safe, except
/// for the slots and the open uploads.
/// </summary>
internal sealed class RoundWork : IDisposable
{
    /// <param name="stored">What the database says of it.</param>
    /// <param name="create">Makes the round; the second argument is to be told of its chunk store.</param>
    public RoundWork(StoredRound stored, Func<ulong, Action<UploadStore>, ServerRound> create)
    {
        Kind = (RoundKind)stored.Kind;
        Started = DateTimeOffset.FromUnixTimeMilliseconds(stored.StartedUnixMilliseconds);
        Round = create(stored.Round, store => Store = store);
    }

    /// <summary>What has happened in it.</summary>
    public ServerRound Round { get; }

    public RoundKind Kind { get; }

    public DateTimeOffset Started { get; }

    /// <summary>The chunks; null before the opening is fixed.</summary>
    public UploadStore? Store { get; private set; }

    /// <summary>When an operator asked for the closing, in uptime; 0 for before this process.</summary>
    public TimeSpan? CloseAsked { get; set; }

    /// <summary>Since when there is enough of what the phase waits for, in uptime.</summary>
    public TimeSpan? EnoughSince { get; set; }

    /// <summary>When the deadline passes, in uptime; null without one.</summary>
    public TimeSpan? DeadlineAt { get; set; }

    /// <summary>When the plan's life of a round is over, in uptime.</summary>
    public TimeSpan LifeEndsAt { get; set; } = TimeSpan.MaxValue;

    /// <summary>Whether the log was told that the deadline passed with too few contributions.</summary>
    public bool DeadlineTold { get; set; }

    /// <summary>Releases with which an opening failed.</summary>
    public int ReleasesInVain { get; set; }

    /// <summary>The set is being fixed: nothing more is taken.</summary>
    public bool Closing { get; set; }

    /// <summary>The sum is being opened.</summary>
    public bool Opening { get; set; }

    public ConcurrentDictionary<int, UploadSlot> Slots { get; } = new();

    public ulong Number => Round.Number;

    public RoundPhase Phase => Round.Stage switch
    {
        RoundStage.Opening => RoundPhase.Opening,
        RoundStage.Collecting => RoundPhase.Collecting,
        RoundStage.Agreeing => RoundPhase.Agreeing,
        _ => RoundPhase.Releasing,
    };

    /// <summary>Takes up uploads that an earlier process had under way.</summary>
    public void RestoreUploads(AggregationPlan plan)
    {
        if (Round.Stage != RoundStage.Collecting || Round.Server is not { } server || Store is not { } store)
        {
            return;
        }

        HashSet<int> accepted = [.. server.Accepted.Select(statement => statement.Client)];
        foreach (int client in store.Clients.Where(client => !accepted.Contains(client)).ToArray())
        {
            if (client >= plan.Enrolment.Clients.Count || !Round.Roots.ContainsKey(client))
            {
                store.Remove(client);
            }
            else
            {
                Restore(server, client, Math.Min(store.Count(client, plan.Parameters.ChunkBytes),
                    plan.Parameters.ChunkCount));
            }
        }
    }

    /// <summary>Tells all uploads to stop: the set is fixed, or the round is dead.</summary>
    public void EvictUploads()
    {
        foreach (UploadSlot slot in Slots.Values)
        {
            slot.Evict();
        }
    }

    /// <summary>Waits for the uploads to leave, then lets go of the role. The files stay.</summary>
    public async Task ShutDownAsync()
    {
        foreach (UploadSlot slot in Slots.Values)
        {
            _ = await slot.DrainAsync().ConfigureAwait(false);
        }

        Dispose();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Round.Dispose();
        Store?.Dispose();
    }

    private static void Restore(AggregationServer server, int client, long chunks)
    {
        try
        {
            if (chunks > 0)
            {
                server.OpenUpload(client).Restore(chunks);
            }
        }
        catch (ProtocolViolationException)
        {
            // What a crash of the machine left half-written is sent again.
            server.Forget(client);
        }
    }
}
