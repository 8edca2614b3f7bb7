using SecureFL.Federated.Rounds;

namespace SecureFL.Cli.Simulate;

/// <summary>The shape of <c>simulate --json</c>.</summary>
internal static class SimulationJson
{
    internal static object Of(SimulationOutcome run) => new
    {
        Schema = 1,
        Suite = SimulateOptions.NameOf(run.Settings.Suite),
        Wire = run.Settings.Suite == SumSuite.JointKey ? run.Settings.Wire.ToString().ToLowerInvariant() : null,
        run.Settings.Federation.Seed,
        run.Clip,
        run.Settings.Bits,
        run.Parameters,
        run.Seconds,
        Stopped = run.Outcome.Stopped.ToString(),
        Rounds = run.Outcome.History.Select(Round),
        Final = new
        {
            run.Final.TrainLoss,
            run.Final.TestAccuracy,
            run.Final.TestLoss,
            MeanSiteTestAccuracy = Mean(run.Final),
            run.Final.PerSite,
            run.WeightsFile,
            SimulatedSeconds = run.Outcome.Checkpoint.SimulatedSeconds,
        },
        run.SumIsExact,
        Compare = run.Floats is null ? null : new
        {
            run.WeightsEqual,
            PlaintextQuantised = Arm(run.Quantised, run),
            PlaintextFloat = Arm(run.Floats, run),
        },
        Plans = run.Plans.Select(plan => new { Digest = plan.Digest.ToString(), Words = plan.SpokenForm, Values = plan.Parameters.FloatLength, CiphertextBytes = plan.Parameters.UploadBytes }),
        Transcripts = run.Transcripts.Select(transcript => transcript.Transcript),
    };

    /// <summary>The mean of the sites' accuracies, all alike; null where a site has none.</summary>
    internal static double? Mean(ModelResult final) =>
        final.PerSite.All(site => site.TestAccuracy is not null) ? final.PerSite.Average(site => site.TestAccuracy!.Value) : null;

    private static object Round(RoundRecord round) => new
    {
        round.Round,
        round.TrainLoss,
        round.TestAccuracy,
        round.TestAuc,
        round.Costs.UploadBytesPerClient,
        round.Costs.KeyHolderBytes,
        round.SecondsTrain,
        round.Costs.SecondsEncrypt,
        round.Costs.SecondsAggregate,
        round.Costs.SecondsOpen,
        round.SumIsExact,
        Contributors = round.Contributors.Length,
        Sites = round.Contributors,
        round.LeftBehind,
        round.ClippedElements,
        round.MeanStaleness,
        round.SimulatedSeconds,
    };

    private static object? Arm(ComparedArm? arm, SimulationOutcome run) => arm is null ? null : new
    {
        arm.Final.TrainLoss,
        arm.Final.TestAccuracy,
        MeanSiteTestAccuracy = Mean(arm.Final),
        arm.Final.PerSite,
        LargestWeightDifference = arm.Outcome.Model.Values.Zip(run.Outcome.Model.Values, (a, b) => Math.Abs((double)a - b)).Max(),
        SecondsSum = arm.Outcome.History.Sum(round => round.Costs.SecondsEncrypt + round.Costs.SecondsAggregate + round.Costs.SecondsOpen),
    };
}
