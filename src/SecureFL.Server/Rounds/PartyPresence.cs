using System.Collections.Concurrent;
using SecureFL.Messages.Violations;

namespace SecureFL.Server.Rounds;

/// <summary>When each party was last heard of, how many streams it has, and what it refused. Thread-safe.</summary>
internal sealed class PartyPresence
{
    private readonly ConcurrentDictionary<Party, Entry> _parties = new();

    /// <summary>The party has called.</summary>
    public void Saw(Party party, DateTimeOffset now) =>
        Of(party).LastSeenUnixMilliseconds = now.ToUnixTimeMilliseconds();

    /// <summary>A stream of the party is open until the result is disposed.</summary>
    public IDisposable Stay(Party party)
    {
        Entry entry = Of(party);
        entry.Enter();
        return entry;
    }

    /// <summary>What the party refused last; null when it goes on.</summary>
    public void Refused(Party party, string? why) => Of(party).Refusal = why;

    public Entry Of(Party party) => _parties.GetOrAdd(party, _ => new Entry());

    public sealed class Entry : IDisposable
    {
        private int _streams;

        public long LastSeenUnixMilliseconds { get; set; }

        public string? Refusal { get; set; }

        public bool IsConnected => Volatile.Read(ref _streams) > 0;

        public void Enter() => Interlocked.Increment(ref _streams);

        /// <inheritdoc/>
        public void Dispose() => Interlocked.Decrement(ref _streams);
    }
}
