using SecureFL.Learning.Data.Datasets;

namespace SecureFL.Learning.Preparation;

/// <summary>A site that takes part in the preparation.</summary>
/// <param name="Name">Its name, for messages.</param>
/// <param name="Train">Its training rows as they were read.</param>
/// <param name="FirstUpdate">Trains once from the initial model under what is known by then, and gives the weighted
/// update.</param>
public sealed record PreparingSite(
    string Name, RawDataset Train, Func<PreparedState, CancellationToken, ValueTask<float[]>> FirstUpdate);

/// <summary>One sum of the preparation. Immutable and thread-safe.</summary>
public abstract class PreparationStep
{
    private protected PreparationStep()
    {
    }

    /// <summary>What it finds out, for people.</summary>
    public abstract string Name { get; }

    /// <summary>Counters that it takes, each of at most <see cref="Data.Scaling.WideInteger.LimbBits"/> bits.</summary>
    public abstract int Length { get; }

    /// <summary>What it asks of a site's rows: the same words for the same numbers, whatever is asked beside
    /// them.</summary>
    public abstract IEnumerable<string> Asks { get; }

    /// <summary>Whether the site trains for it, so that its numbers follow from the initial weights too.</summary>
    public virtual bool Trains => false;

    /// <summary>What one site contributes.</summary>
    /// <param name="site">The site.</param>
    /// <param name="state">What the steps before this one found out.</param>
    /// <param name="cancellationToken">Ends the work early.</param>
    /// <exception cref="Data.DataFormatException">The site's numbers cannot be summed: names the column.</exception>
    public abstract ValueTask<long[]> ContributeAsync(PreparingSite site, PreparedState state,
        CancellationToken cancellationToken);

    /// <summary>Takes up the opened sums; how many sites are in them, the reading says.</summary>
    /// <exception cref="ArgumentException">Sums that no sites' rows have.</exception>
    internal abstract void Read(ReadOnlySpan<long> totals, PreparationReading reading);
}
