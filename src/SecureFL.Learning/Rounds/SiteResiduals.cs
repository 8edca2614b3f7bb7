using System.Collections.Immutable;

namespace SecureFL.Learning.Rounds;

/// <summary>
/// What is left at every site of a simulated federation under <see cref="ErrorFeedback"/>. Reading is thread-safe while
/// nothing is settled.
/// </summary>
internal sealed class SiteResiduals
{
    private ImmutableSortedDictionary<int, long[]> _left = ImmutableSortedDictionary<int, long[]>.Empty;

    /// <summary>All of it, by site; for a checkpoint.</summary>
    public ImmutableSortedDictionary<int, long[]> All => _left;

    /// <summary>What is left at a site; empty for nothing.</summary>
    public long[] Of(int site) => _left.GetValueOrDefault(site, []);

    /// <summary>Goes on from a checkpoint.</summary>
    public void Restore(ImmutableSortedDictionary<int, long[]> residuals) => _left = residuals;

    /// <summary>
    /// The contributions of an opened sum arrived: what they left over takes the place of what was left before. All
    /// others' stays.
    /// </summary>
    public void Settle(IReadOnlyDictionary<int, long[]> residuals) => _left = _left.SetItems(residuals);
}
