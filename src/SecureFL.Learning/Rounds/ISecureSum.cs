using System.Collections.Immutable;
using SecureFL.Messages.Counters;

namespace SecureFL.Learning.Rounds;

/// <summary>What one site sends in one round.</summary>
/// <param name="Site">The site's name.</param>
/// <param name="SiteIndex">Its position in the federation.</param>
/// <param name="Update">The weighted update, clipped and quantised by the sum where it is one of integers; empty when
/// only counters are summed.</param>
/// <param name="Counters">Integers that are summed exactly.</param>
public sealed record SiteContribution(string Site, int SiteIndex, float[] Update, long[] Counters)
{
    /// <summary>The model version that the site trained from; null for the one that the round stands on.</summary>
    public int? BaseVersion { get; init; }

    /// <summary>
    /// Under error feedback what the update should have been, in 2^-32 of a quantisation step
    /// (<see cref="ErrorFeedback.Intend"/>); it stays at the site. Null without.
    /// </summary>
    public long[]? Intended { get; init; }
}

/// <summary>The contributions of one round, all of one shape.</summary>
public sealed record SecureSumRequest
{
    /// <summary>The round, from 1; 0 for sums before training starts.</summary>
    public required int Round { get; init; }

    /// <summary>The user's seed: it may govern rounding, never keys or noise.</summary>
    public required ulong Seed { get; init; }

    /// <summary>The global model that the round stands on; null for sums before there is one.</summary>
    public ModelStamp? Model { get; init; }

    /// <summary>The contributions, at least one.</summary>
    public required IReadOnlyList<SiteContribution> Contributions { get; init; }

    /// <summary>
    /// The counters' names and magnitudes; no weight of its own (a weight is a counter like the others, and updates
    /// arrive weighted).
    /// </summary>
    public required CounterLayout Counters { get; init; }

    /// <summary>
    /// What rounds a contribution's update: of the version that it was trained from, however late it comes, as at a
    /// deployed site.
    /// </summary>
    public ulong RoundingSeedOf(SiteContribution contribution)
    {
        ArgumentNullException.ThrowIfNull(contribution);
        return SiteWork.RoundingSeed(Seed,
            contribution.BaseVersion is int trainedFrom ? SiteWork.TaskOf(trainedFrom) : Round, contribution.SiteIndex);
    }

    /// <summary>Refuses contributions of different shapes.</summary>
    /// <exception cref="ArgumentException">Names the site and the lengths.</exception>
    public void Check()
    {
        if (Contributions.Count == 0)
        {
            throw new ArgumentException("a sum needs at least one contribution");
        }

        int length = Contributions[0].Update.Length;
        foreach (SiteContribution contribution in Contributions)
        {
            if (contribution.Update.Length != length || contribution.Counters.Length != Counters.Counters.Length)
            {
                throw new ArgumentException(
                    $"{contribution.Site} contributes {contribution.Update.Length} elements and "
                    + $"{contribution.Counters.Length} counters, due are {length} and {Counters.Counters.Length}");
            }
        }
    }
}

/// <summary>What a sum cost. Zero where an implementation has no such stage or no clock.</summary>
public sealed record SumCosts
{
    /// <summary>Bytes one client uploads.</summary>
    public long UploadBytesPerClient { get; init; }

    /// <summary>Bytes that reach one key holder.</summary>
    public long KeyHolderBytes { get; init; }

    /// <summary>Seconds of encryption, all clients together.</summary>
    public double SecondsEncrypt { get; init; }

    /// <summary>Seconds of adding up.</summary>
    public double SecondsAggregate { get; init; }

    /// <summary>Seconds of opening.</summary>
    public double SecondsOpen { get; init; }

    /// <summary>The costs of both sums.</summary>
    public SumCosts Plus(SumCosts other)
    {
        ArgumentNullException.ThrowIfNull(other);
        return new SumCosts
        {
            UploadBytesPerClient = UploadBytesPerClient + other.UploadBytesPerClient,
            KeyHolderBytes = KeyHolderBytes + other.KeyHolderBytes,
            SecondsEncrypt = SecondsEncrypt + other.SecondsEncrypt,
            SecondsAggregate = SecondsAggregate + other.SecondsAggregate,
            SecondsOpen = SecondsOpen + other.SecondsOpen,
        };
    }
}

/// <summary>An opened sum.</summary>
public sealed record SecureSumResult
{
    /// <summary>The sum of the updates, element by element, as real numbers.</summary>
    public required float[] Sum { get; init; }

    /// <summary>The sums of the counters.</summary>
    public required long[] Counters { get; init; }

    /// <summary>The sites whose contributions are in the sum.</summary>
    public required ImmutableArray<string> Contributors { get; init; }

    /// <summary>
    /// The sums of the quantised integers where the updates were quantised: equal, bit for bit, for every exact
    /// implementation.
    /// </summary>
    public long[]? QuantisedSum { get; init; }

    /// <summary>
    /// Whether the opened sum was compared with the plaintext one, and the outcome; null when nobody compared.
    /// </summary>
    public bool? SumIsExact { get; init; }

    /// <summary>What it cost.</summary>
    public SumCosts Costs { get; init; } = new();
}

/// <summary>
/// Sums contributions so that nobody sees a single one: in the clear for comparison, or encrypted. The round engine
/// knows nothing else about how a sum comes about.
/// </summary>
public interface ISecureSum
{
    /// <summary>The bound that elements of updates are clipped to, null when they are not.</summary>
    float? Clip { get; }

    /// <summary>Bits of a quantised element, null when updates are summed as floats.</summary>
    int? Bits => null;

    /// <summary>
    /// The integers that this sum takes of a contribution's update: what its site rounds to. Empty where updates are
    /// summed as floats.
    /// </summary>
    int[] QuantisedUpdate(SecureSumRequest request, SiteContribution contribution) => [];

    /// <summary>Sums the contributions of <paramref name="request"/>.</summary>
    /// <exception cref="ArgumentException">Contributions of different shapes, or an element that is not
    /// finite.</exception>
    ValueTask<SecureSumResult> AggregateAsync(SecureSumRequest request, CancellationToken cancellationToken = default);
}
