using System.Collections.Concurrent;
using SecureFL.Transport.Identity;

namespace SecureFL.Server.Services;

/// <summary>
/// A token bucket for each party: so many calls a second on average, so many at one go; one bucket for all whom the
/// plan does not enrol, so that their number is bounded. Thread-safe.
/// </summary>
internal sealed class CallRates(double perSecond, int burst, TimeProvider clock)
{
    private readonly ConcurrentDictionary<PeerIdentity, Bucket> _buckets = new();

    private readonly Bucket _others = new() { Tokens = burst, At = clock.GetTimestamp() };

    /// <param name="peer">The enrolled party; null for any other.</param>
    public bool TryTake(PeerIdentity? peer)
    {
        Bucket bucket = peer is null ? _others
            : _buckets.GetOrAdd(peer, _ => new Bucket { Tokens = burst, At = clock.GetTimestamp() });
        lock (bucket)
        {
            long now = clock.GetTimestamp();
            bucket.Tokens = Math.Min(burst,
                bucket.Tokens + (clock.GetElapsedTime(bucket.At, now).TotalSeconds * perSecond));
            bucket.At = now;
            if (bucket.Tokens < 1)
            {
                return false;
            }

            bucket.Tokens--;
            return true;
        }
    }

    private sealed class Bucket
    {
        public double Tokens { get; set; }

        public long At { get; set; }
    }
}
