using SecureFL.Learning.Data;
using SecureFL.Messages.Text;

namespace SecureFL.Learning.Rounds;

/// <summary>
/// What every checkpoint that a run wrote obeys, checked whole when one is read: a file that somebody changed is
/// refused by file and member before anything goes on from it. Thread-safe.
/// </summary>
internal static class CheckpointRules
{
    /// <summary>Rows, far above what any plan asks for.</summary>
    private const double MostWeightUnit = 1e15;

    /// <summary>Refuses a checkpoint that no run wrote.</summary>
    /// <param name="checkpoint">The checkpoint.</param>
    /// <param name="source">Its file, for messages.</param>
    /// <exception cref="DataFormatException">Names the member and its value.</exception>
    public static void Require(TrainingCheckpoint checkpoint, string source)
    {
        void Rule(bool obeyed, string member, FormattableString found)
        {
            if (!obeyed)
            {
                throw new DataFormatException(source, $"{member}: {FormattableString.Invariant(found)}",
                    wayOut: "the file was changed or is damaged: start the run anew without it");
            }
        }

        Rule(checkpoint.Version >= 0, "Version", $"{checkpoint.Version}, from 0 on is meant");
        Rule(checkpoint.History.Length == checkpoint.Version, "History",
            $"{checkpoint.History.Length} rounds at Version {checkpoint.Version}");
        Rule(checkpoint.WeightUnit is > 0 and <= MostWeightUnit, "WeightUnit",
            $"{checkpoint.WeightUnit}, above 0 and up to {MostWeightUnit} rows are meant");
        Rule(IsTime(checkpoint.SimulatedSeconds), "SimulatedSeconds", $"{checkpoint.SimulatedSeconds} is no time");
        int length = checkpoint.Weights.Length;
        foreach ((string name, float[] values) in new[]
        {
            ("first_moment", checkpoint.FirstMoment), ("second_moment", checkpoint.SecondMoment),
            ("average", checkpoint.Average),
        })
        {
            Rule(values.Length == 0 || values.Length == length, $"tensor {name}",
                $"{values.Length} values beside {length} weights");
        }

        for (int i = 0; i < checkpoint.History.Length; i++)
        {
            string at = $"History[{i}]";
            RoundRecord? round = checkpoint.History[i];
            Rule(round is not null, at, $"null is no round");
            Rule(round!.Round == i + 1, $"{at}.Round", $"{round.Round}, {i + 1} is meant");
            Rule(!round.Contributors.IsDefault, $"{at}.Contributors", $"null is no list of sites");
            Rule(!round.LeftBehind.IsDefault, $"{at}.LeftBehind", $"null is no list of sites");
            foreach (string? site in round.Contributors.Concat(round.LeftBehind))
            {
                string? fault = site is null ? "null is no name" : PrintableText.FaultOf(site, int.MaxValue);
                Rule(fault is null, at, $"the name of a site: {fault}");
            }

            Rule(round.ClippedElements >= 0, $"{at}.ClippedElements", $"{round.ClippedElements}");
            Rule(round.BeyondClip >= 0, $"{at}.BeyondClip", $"{round.BeyondClip}");
            Rule(IsTime(round.SimulatedSeconds), $"{at}.SimulatedSeconds", $"{round.SimulatedSeconds} is no time");
            Rule(round.Costs is not null, $"{at}.Costs", $"null are no costs");
            Rule(round.Train is null or { Samples: >= 0 }, $"{at}.Train", $"{round.Train?.Samples} rows");
            Rule(round.Test is null or { Samples: >= 0 }, $"{at}.Test", $"{round.Test?.Samples} rows");
        }

        for (int i = 0; i < checkpoint.InFlight.Length; i++)
        {
            InFlightTask? task = checkpoint.InFlight[i];
            Rule(task is { SiteIndex: >= 0, Task: >= 1 } && task.BaseVersion >= 0
                && task.BaseVersion <= checkpoint.Version && IsTime(task.FinishSeconds), $"InFlight[{i}]",
                $"{task?.ToString() ?? "null"} at Version {checkpoint.Version}");
        }

        foreach ((int version, float[] values) in checkpoint.OlderVersions)
        {
            Rule(version <= checkpoint.Version && values.Length == length, $"tensor version.{version}",
                $"{values.Length} values beside {length} weights at Version {checkpoint.Version}");
        }

        foreach ((int site, long[] values) in checkpoint.Residuals)
        {
            Rule(values.Length == 0 || values.Length == length, $"tensor residual.{site}",
                $"{values.Length} values beside {length} weights");
        }
    }

    private static bool IsTime(double seconds) => seconds is >= 0 and <= double.MaxValue;
}
