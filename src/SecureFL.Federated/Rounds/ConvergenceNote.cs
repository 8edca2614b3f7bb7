namespace SecureFL.Federated.Rounds;

/// <summary>Whether training was still getting better when its rounds were used up. Thread-safe.</summary>
public static class ConvergenceNote
{
    /// <summary>Rounds that are looked back on.</summary>
    public const int Window = 5;

    private const double Noticeable = 0.01;
    private const double Negligible = 0.002;

    /// <summary>
    /// The share by which the training loss fell over the last <see cref="Window"/> measured rounds, where it is a hundredth or more and the fall is not negligible beside
    /// the loss after the first round; null otherwise and where there are too few rounds to tell.
    /// </summary>
    public static double? StillFalling(IReadOnlyList<RoundRecord> history)
    {
        ArgumentNullException.ThrowIfNull(history);
        double[] losses = [.. history.Where(record => record.TrainLoss is not null).Select(record => record.TrainLoss!.Value)];
        if (losses.Length <= Window)
        {
            return null;
        }

        double before = losses[^(Window + 1)];
        double fall = before - losses[^1];
        return before > 0 && fall >= Noticeable * before && fall >= Negligible * losses[0] ? fall / before : null;
    }

    /// <summary>The same as a sentence with the way on.</summary>
    public static string? Of(IReadOnlyList<RoundRecord> history) => StillFalling(history) is double share
        ? FormattableString.Invariant($"train loss still fell by {100 * share:F1} % in the last {Window} rounds: --rounds {2 * history.Count} may give a better model")
        : null;
}
