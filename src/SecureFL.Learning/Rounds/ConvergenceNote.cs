using System.Globalization;
using SecureFL.Learning.Models;

namespace SecureFL.Learning.Rounds;

/// <summary>Whether training was still getting better when its rounds were used up. Thread-safe.</summary>
public static class ConvergenceNote
{
    /// <summary>Rounds that are looked back on.</summary>
    public const int Window = 5;

    private const double Noticeable = 0.005;
    private const double Negligible = 0.002;

    /// <summary>
    /// The share by which the training loss fell over the last <see cref="Window"/> measured rounds, where it is half a
    /// hundredth or more and the fall is not negligible beside the loss after the first round; null otherwise and where
    /// there are too few rounds to tell.
    /// </summary>
    public static double? StillFalling(IReadOnlyList<RoundRecord> history)
    {
        ArgumentNullException.ThrowIfNull(history);
        double[] losses =
            [.. history.Where(record => record.TrainLoss is not null).Select(record => record.TrainLoss!.Value)];
        if (losses.Length <= Window)
        {
            return null;
        }

        double before = losses[^(Window + 1)];
        double fall = before - losses[^1];
        return before > 0 && fall >= Noticeable * before && fall >= Negligible * losses[0] ? fall / before : null;
    }

    /// <summary>The same as a sentence with the way on.</summary>
    /// <param name="history">The rounds.</param>
    /// <param name="schedule">The sites' rate by round; null where it does not change. A rate that has fallen is why
    /// more rounds alone would not help.</param>
    public static string? Of(IReadOnlyList<RoundRecord> history, RateSchedule? schedule = null)
    {
        if (StillFalling(history) is not double share)
        {
            return null;
        }

        string way = string.Create(CultureInfo.InvariantCulture, $"--rounds {2 * history.Count}");
        if (schedule is { Kind: RateScheduleKind.Step, Factor: < 1 })
        {
            way = string.Create(CultureInfo.InvariantCulture,
                $"--lr-factor {Math.Sqrt(schedule.Factor):F3} {way}, a rate that falls half as fast,");
        }

        return string.Create(CultureInfo.InvariantCulture,
            $"train loss still fell by {100 * share:F1} % in the last {Window} rounds: {way} may give a better model");
    }
}
