using System.Globalization;
using SecureFL.Federated.Rounds;

namespace SecureFL.Cli.Simulate;

/// <summary>What people should know of clipping and quantisation, with numbers.</summary>
internal static class QuantisationWarnings
{
    /// <summary>Warnings about the rounds, each with the way out; none where all is well.</summary>
    internal static IEnumerable<(string Line, string Hint)> Of(IReadOnlyCollection<RoundRecord> rounds)
    {
        RoundRecord[] clipped = [.. rounds.Where(round => round.ClippedShare > QuantisationNotes.MostClipped)];
        if (clipped.MaxBy(round => round.ClippedShare) is RoundRecord worst)
        {
            yield return (
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"more than 1 % of the updates' elements were clipped in {clipped.Length} of {rounds.Count} rounds, {worst.ClippedShare:P1} in round {worst.Round}"),
                "raise --clip, or leave it out to have it found for each tensor");
        }

        RoundRecord[] coarse = [.. rounds.Where(round => round.Coarsest is { StepOverUpdate: > 1 })];
        if (coarse.MaxBy(round => round.Coarsest!.StepOverUpdate) is RoundRecord coarsest)
        {
            QuantisationGrain grain = coarsest.Coarsest!;
            yield return (
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"a quantisation step exceeded the typical update in {coarse.Length} of {rounds.Count} rounds; most in round {coarsest.Round}: tensor {grain.Tensor}, step {grain.Step:G3}, update {grain.Update:G3}"),
                "more --bits make the step smaller; late in training, when updates shrink to nothing, it does no harm");
        }
    }
}
