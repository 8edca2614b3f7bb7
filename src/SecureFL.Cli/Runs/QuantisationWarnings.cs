using System.Globalization;
using SecureFL.Learning.Rounds;

namespace SecureFL.Cli.Runs;

/// <summary>What people should know of clipping and quantisation, with numbers.</summary>
internal static class QuantisationWarnings
{
    /// <summary>Warnings about the rounds, each with the way out; none where all is well.</summary>
    /// <param name="rounds">The rounds.</param>
    /// <param name="found">Whether the clips were found by the preparation; false where <c>--clip</c> gave one.</param>
    internal static IEnumerable<(string Line, string Hint)> Of(IReadOnlyCollection<RoundRecord> rounds, bool found)
    {
        RoundRecord[] clipped = [.. rounds.Where(round => round.ClippedShare > QuantisationNotes.MostClipped)];
        if (clipped.MaxBy(round => round.ClippedShare) is RoundRecord worst)
        {
            string tensor = worst.MostClipped is ClippedTensor most
                ? string.Create(
                    CultureInfo.InvariantCulture, $"; most of tensor {most.Tensor}, {most.Share:P1} of its elements")
                : "";
            yield return (
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"more than 1 % of the updates' elements were clipped in {clipped.Length} of {rounds.Count} "
                    + $"rounds, ")
                + string.Create(CultureInfo.InvariantCulture,
                    $"{worst.ClippedShare:P1} in round {worst.Round}{tensor}"),
                ClipHint(rounds, found));
        }

        RoundRecord[] beyond = [.. rounds.Where(round => round.BeyondClip > 0)];
        if (beyond.MaxBy(round => round.BeyondClip) is RoundRecord largest)
        {
            yield return (
                string.Create(CultureInfo.InvariantCulture,
                    $"the mean update was beyond the clip in {beyond.Length} of {rounds.Count} rounds and was set to "
                    + $"it, most in round {largest.Round}: {largest.BeyondClip} elements"),
                "the weights of those who took part add up to less than one: a smaller --weight-unit, or a larger "
                + "--clip, leaves room");
        }

        RoundRecord[] coarse = [.. rounds.Where(round => round.Coarsest is { StepOverUpdate: > 1 })];
        if (coarse.MaxBy(round => round.Coarsest!.StepOverUpdate) is RoundRecord coarsest)
        {
            QuantisationGrain grain = coarsest.Coarsest!;
            yield return (
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"a quantisation step exceeded the typical update in {coarse.Length} of {rounds.Count} rounds; "
                    + $"most in round {coarsest.Round}: tensor {grain.Tensor}, step {grain.Step:G3}, update "
                    + $"{grain.Update:G3}"),
                "more --bits make the step smaller; late in training, when updates shrink to nothing, it does no harm");
        }
    }

    private static string ClipHint(IReadOnlyCollection<RoundRecord> rounds, bool found)
    {
        const string Found = "the clips were found from the sites' first updates, which later ones exceeded; ";
        string? option = Enough(rounds)?.ToString("R", CultureInfo.InvariantCulture);
        return (found, option) switch
        {
            (true, null) => Found + "give a larger one with --clip",
            (true, _) => Found + $"--clip {option} leaves room for all of them",
            (false, null) => "give a larger --clip, or leave it out to have one found for each tensor",
            (false, _) => $"--clip {option} leaves room for all of them; without --clip one is found for each tensor",
        };
    }

    private static float? Enough(IReadOnlyCollection<RoundRecord> rounds) =>
        QuantisationNotes.Enough(rounds.Max(round => round.MostClipped?.Largest ?? 0));
}
