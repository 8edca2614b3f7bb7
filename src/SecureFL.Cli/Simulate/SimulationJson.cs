using SecureFL.Cli.Evaluations;
using SecureFL.Cli.Runs;
using SecureFL.Consortium.Plans.Descriptions;
using SecureFL.Learning.Rounds;

namespace SecureFL.Cli.Simulate;

/// <summary>The shape of <c>simulate --json</c>.</summary>
internal static class SimulationJson
{
    internal static object Of(SimulationOutcome run) => new
    {
        Schema = 2,
        Suite = DescriptionShape.NameOf(run.Settings.Suite),
        Wire = run.Settings.Suite == SumSuite.JointKey ? run.Settings.Wire.ToString().ToLowerInvariant() : null,
        run.Settings.InsecureTwoSites,
        run.Terms.Seed,
        Clips = run.Clips is null ? null
        : run.Trainer.Layout.Tensors.Zip(run.Clips.Values).ToDictionary(pair => pair.First.Name, pair => pair.Second),
        run.Settings.Bits,
        run.Parameters,
        run.Seconds,
        run.Label,
        run.Notes,
        Stopped = run.Outcome.Stopped.ToString(),
        Rounds = run.Outcome.History.Select(round => Round(round, run)),
        Final = Final(run),
        CrossValidation = run.HeldOut is { Folds.IsEmpty: false } folds
            ? new
            {
                Folds = folds.Folds.Select((fold, i) => HeldOut("fold", i + 1, fold)),
                Mean = EvaluationJson.Figures(folds.Mean),
                Deviation = EvaluationJson.Figures(folds.Deviation)
            }
            : null,
        LeaveOneSiteOut = run.HeldOut is { Sites.IsEmpty: false } sites
        ? sites.Sites.Select(site => HeldOut("site", site.Name, site)) : null,
        run.SumIsExact,
        Compare = run.Floats is null ? null : new
        {
            run.WeightsEqual,
            PlaintextQuantised = Arm(run.Quantised, run),
            PlaintextFloat = Arm(run.Floats, run),
        },
        Plans = run.Plans
        .Select(
            plan => new
            {
                Digest = plan.Digest.ToString(),
                Words = plan.SpokenForm,
                Values = plan.Parameters.FloatLength,
                CiphertextBytes = plan.Parameters.UploadBytes
            }),
        Transcripts = run.Transcripts.Select(transcript => transcript.Transcript),
    };

    /// <summary>The mean of the sites' accuracies, all alike; null where a site has none.</summary>
    internal static double? Mean(ModelResult final) =>
        final.PerSite.All(site => site.Test?.Accuracy is not null)
        ? final.PerSite.Average(site => site.Test!.Accuracy!.Value) : null;

    // The delivered model: on all test rows from the last secure sum, and, since a simulation can, on each site's rows
    // by themselves. Test rows of a common file are nobody's.
    private static Dictionary<string, object?> Final(SimulationOutcome run)
    {
        ModelResult final = run.Final;
        Dictionary<string, object?> json = new()
        {
            ["trainLoss"] = final.Train.Loss,
            ["trainAccuracy"] = final.Train.Accuracy,
            ["trainR2"] = final.Train.R2,
            ["testSamples"] = final.Test.Samples,
            ["testLoss"] = final.Test.Loss,
            ["testAccuracy"] = final.Test.Accuracy,
            ["meanSiteTestAccuracy"] = Mean(final),
        };
        foreach ((string name, object? value) in
            EvaluationJson.Of(final.Counts, final.Test, run.Classes, run.Settings.ThresholdAt))
        {
            json.Add(name, value);
        }

        json["commonTest"] = final.CommonTest is SiteResult common ? Site(common) : null;
        json["perSite"] = final.PerSite.Select(Site);
        json["localOnly"] = run.Baselines?.LocalOnly.Select(site => new
        {
            site.Site,
            site.Samples,
            OwnTest = EvaluationJson.Figures(site.OwnTest),
            AllTest = EvaluationJson.Figures(site.AllTest),
            site.Diverged,
        });
        json["pooled"] = run.Baselines?.Pooled is PooledModel pooled
            ? new { pooled.Samples, Test = EvaluationJson.Figures(pooled.Test), pooled.Diverged }
            : null;
        json["coefficients"] = run.Coefficients;
        json["trainLossStillFalling"] = ConvergenceNote.StillFalling(run.Outcome.History);
        json["weightsFile"] = run.WeightsFile;
        json["simulatedSeconds"] = run.Outcome.Checkpoint.SimulatedSeconds;
        return json;
    }

    private static Dictionary<string, object?> Site(SiteResult site)
    {
        Dictionary<string, object?> json = new()
        {
            ["site"] = site.Site,
            ["samples"] = site.Samples,
            ["testSamples"] = site.Test?.Samples ?? 0,
            ["trainLoss"] = site.Train?.Loss,
            ["testAccuracy"] = site.Test?.Accuracy,
            ["testAuc"] = site.Test?.Auc,
        };
        foreach ((string name, object? value) in EvaluationJson.Figures(site.Test))
        {
            json.Add(name, value);
        }

        return json;
    }

    private static Dictionary<string, object?> Round(RoundRecord round, SimulationOutcome run)
    {
        Dictionary<string, object?> json = new() { ["round"] = round.Round };
        foreach (RoundMetricInfo metric in RoundMetricInfo.For(run.Trainer.Metrics))
        {
            json[metric.Key] = metric.Read(round);
        }

        if (run.Trainer.Metrics.HasScores)
        {
            json[RoundMetricInfo.AucBoundKey] = round.Test?.AucBound;
        }

        json["diverged"] = round.Train is { Diverged: true } || round.Test is { Diverged: true };
        json["uploadBytesPerClient"] = round.Costs.UploadBytesPerClient;
        json["keyHolderBytes"] = round.Costs.KeyHolderBytes;
        json["secondsTrain"] = round.SecondsTrain;
        json["secondsEncrypt"] = round.Costs.SecondsEncrypt;
        json["secondsAggregate"] = round.Costs.SecondsAggregate;
        json["secondsOpen"] = round.Costs.SecondsOpen;
        json["sumIsExact"] = round.SumIsExact;
        json["contributors"] = round.Contributors.Length;
        json["sites"] = round.Contributors;
        json["leftBehind"] = round.LeftBehind;
        json["clippedElements"] = round.ClippedElements;
        json["beyondClip"] = round.BeyondClip;
        json["clippedShare"] = round.ClippedShare;
        json["mostClippedTensor"] = round.MostClipped?.Tensor;
        json["mostClippedShare"] = round.MostClipped?.Share;
        json["largestStepOverUpdate"] = round.Coarsest?.StepOverUpdate;
        json["coarsestTensor"] = round.Coarsest?.Tensor;
        json["meanStaleness"] = round.MeanStaleness;
        json["simulatedSeconds"] = round.SimulatedSeconds;
        return json;
    }

    private static Dictionary<string, object?> HeldOut(string member, object held, HeldOutRun run)
    {
        Dictionary<string, object?> json = new()
        {
            [member] = held,
            ["sites"] = run.Sites,
            ["samples"] = run.TrainSamples,
            ["testSamples"] = run.TestSamples,
            ["rounds"] = run.Rounds,
            ["stopped"] = run.Stopped.ToString(),
            ["sumIsExact"] = run.SumIsExact,
        };
        foreach ((string name, object? value) in EvaluationJson.Figures(run.Test))
        {
            json.Add(name, value);
        }

        json["diverged"] = run.Diverged is not null || run.Test is { Diverged: true };
        return json;
    }

    private static object? Arm(ComparedArm? arm, SimulationOutcome run) => arm is null ? null : new
    {
        arm.Final.TrainLoss,
        arm.Final.TestAccuracy,
        TestR2 = arm.Final.Test.R2,
        MeanSiteTestAccuracy = Mean(arm.Final),
        PerSite = arm.Final.PerSite.Select(Site),
        CommonTest = arm.Final.CommonTest is SiteResult common ? Site(common) : null,
        LargestWeightDifference = arm.Outcome.Model.Values
        .Zip(run.Outcome.Model.Values, (a, b) => Math.Abs((double)a - b)).Max(),
        SecondsSum = arm.Outcome.History
        .Sum(round => round.Costs.SecondsEncrypt + round.Costs.SecondsAggregate + round.Costs.SecondsOpen),
    };
}
