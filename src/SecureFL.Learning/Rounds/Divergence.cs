namespace SecureFL.Learning.Rounds;

/// <summary>
/// Whether the rounds so far say that training has diverged: a model that got worse is never delivered as if it were
/// fine. Thread-safe.
/// </summary>
public static class Divergence
{
    private const double Explosion = 10;
    private const double WorseAtTheEnd = 2;
    private const double Negligible = 0.05;

    /// <summary>
    /// What is wrong after the newest round that is measured, in words that follow "round N: "; null where nothing is.
    /// Losses that are no numbers or beyond all bounds always are; so is a training loss ten times the least one so
    /// far, and, where <paramref name="ended"/>, one twice the least. Losses under a twentieth of the first one are
    /// never, nor are models that explain all but a twentieth of the targets' variance: losses move about where a model
    /// fits everything.
    /// </summary>
    /// <param name="history">The rounds, oldest first; those without metrics are passed over.</param>
    /// <param name="ended">Whether this is the model that would be delivered.</param>
    public static (int Round, string Reason)? Find(IReadOnlyList<RoundRecord> history, bool ended)
    {
        ArgumentNullException.ThrowIfNull(history);
        double first = 0;
        double least = double.PositiveInfinity;
        int best = 0;
        (int Round, double Loss)? newest = null;
        double? explained = null;
        foreach (RoundRecord record in history)
        {
            if (record.Train is { Diverged: true })
            {
                return (record.Round, "losses are no numbers or beyond all bounds");
            }

            if (record.TrainLoss is not double loss)
            {
                continue;
            }

            first = newest is null ? loss : first;
            newest = (record.Round, loss);
            explained = record.Train?.R2;
            (least, best) = loss < least ? (loss, record.Round) : (least, best);
        }

        double allowed = (ended ? WorseAtTheEnd : Explosion) * least;
        return newest is (int round, double last) && last > allowed && last > Negligible * first
            && !(explained > 1 - Negligible)
            ? (round,
                FormattableString.Invariant($"the training loss rose to {last:G4}, from {least:G4} in round {best}"))
            : null;
    }
}
