using SecureFL.Learning.Data.Scaling;
using SecureFL.Learning.Models;
using SecureFL.Learning.Rounds;
using SecureFL.Learning.Settings;
using SecureFL.Protocol.Plans;

namespace SecureFL.Consortium.Plans;

/// <summary>The rules that terms of training obey, and those between them and their plan.</summary>
internal static class TermsRules
{
    /// <summary>Refuses terms that contradict themselves.</summary>
    /// <exception cref="ArgumentException">Names the rule that was broken.</exception>
    internal static void Check(TrainingTerms terms)
    {
        if (terms.Version != TrainingTerms.CurrentVersion)
        {
            throw new ArgumentException(
                $"terms of version {terms.Version}, this program writes {TrainingTerms.CurrentVersion}");
        }

        if (terms.Clips.IsDefault)
        {
            throw new ArgumentException("clips are a list, which may be empty");
        }

        WithinAttribute.Check(terms);
        WithinAttribute.Check(terms.Stopping);
        terms.Model.Check();
        terms.Training.Check(terms.Model.Classes);
        terms.Data.Check(terms.Model);
        terms.Rounds.Check();
        if (!RoundMetricInfo.Exists(terms.Stopping.Metric, terms.Metrics))
        {
            throw new ArgumentException(
                $"stopping looks at {RoundMetricInfo.Of(terms.Stopping.Metric).Name}: there is none for this label");
        }

        if (terms.Weighting == Weighting.Equal && terms.WeightUnit is not null)
        {
            throw new ArgumentException($"a weight unit of {terms.WeightUnit} under equal weights, which have none");
        }

        if (!terms.Clips.IsEmpty)
        {
            _ = new TensorClips(terms.Layout, terms.Clips);
        }

        if (terms.ClassWeights != ClassWeighting.None && (terms.Model.BuiltIn is null || terms.Model.Classes == 0))
        {
            throw new ArgumentException("class weights are for built-in models of classes");
        }

        if (terms.IsPreconditioned && (terms.Data.Scaling == ScalingKind.None || !terms.Model.BuiltIn!.Hidden.IsEmpty
            || terms.Model.Inputs > TrainingDefaults.MaxPreconditioned))
        {
            throw new ArgumentException(
                $"the optimiser preconditioned is for regressions of at most {TrainingDefaults.MaxPreconditioned} "
                + $"scaled features; there is momentum for others");
        }

        if (!terms.Training.ClassWeights.IsEmpty)
        {
            throw new ArgumentException(
                "training.classWeights follow from classWeights and the sites' counts, they are no terms");
        }

        CheckPace(terms);
        (terms.FederationOptionsFor(1) with { SitesPerRound = 0 }).Check(1);
        if (terms.Stopping.Target is double target && !double.IsFinite(target))
        {
            throw new ArgumentException($"stopping.target is {target}: a finite number");
        }
    }

    /// <summary>Refuses a plan that the terms do not belong to.</summary>
    /// <exception cref="ArgumentException">Names what does not fit.</exception>
    internal static void CheckFits(TrainingTerms terms, PlanSettings plan)
    {
        ArgumentNullException.ThrowIfNull(plan);
        string? broken =
            plan.Terms != terms.Digest
            ? $"the plan holds the terms {plan.Terms.ToShortString()}, these are {terms.Digest.ToShortString()}"
            : plan.Parameters.FloatLength != terms.Layout.Length
            ? $"the plan sums vectors of {plan.Parameters.FloatLength} elements, the model has {terms.Layout.Length}"
            : plan.Counters.MaxWeight != 0 || !plan.Counters.Counters.SequenceEqual(terms.Counters.Counters)
            ? "the plan has other counters than the terms"
            : plan.Rounds <= terms.Stopping.Rounds + terms.Measurements + terms.Preparation.Steps.Length
                ? $"{terms.Stopping.Rounds} training rounds, {terms.Measurements} of evaluation between them and "
                + $"{terms.Preparation.Steps.Length} of preparation in a plan of {plan.Rounds} rounds:"
                + " the plan needs at least one more"
            : IsBeyond(terms.SitesPerRound, plan)
                ? $"{terms.SitesPerRound} sites a round: {plan.MinClients} to {plan.Enrolment.Clients.Count}, or 0 for "
                + "all"
            : terms.Asynchronous is { } pace && IsBeyond(pace.Arrivals, plan)
                ? $"asynchronous rounds of {pace.Arrivals} arrivals: {plan.MinClients} to "
                + $"{plan.Enrolment.Clients.Count}"
            : plan.BaseVersionWindow < terms.BaseVersionWindow
                ? $"a base version window of {plan.BaseVersionWindow} versions, the staleness needs "
                + $"{terms.BaseVersionWindow}"
            : IsBeyond(terms.Rounds.Contributions, plan)
                ? $"rounds close with {terms.Rounds.Contributions} contributions: {plan.MinClients} to "
                + $"{plan.Enrolment.Clients.Count}, or 0 for all"
            : null;
        if (broken is not null)
        {
            throw new ArgumentException(broken);
        }
    }

    private static void CheckPace(TrainingTerms terms)
    {
        terms.Asynchronous?.Check();
        if (terms.Asynchronous is not null && (terms.SitesPerRound > 0 || terms.Rounds.Contributions > 0))
        {
            throw new ArgumentException(
                "asynchronous rounds have neither sitesPerRound nor rounds.contributions: they close with their "
                + "arrivals");
        }

        if (terms.SitesPerRound > 0 && terms.Rounds.Contributions > terms.SitesPerRound)
        {
            throw new ArgumentException(
                $"rounds that close with {terms.Rounds.Contributions} contributions of {terms.SitesPerRound} sites a "
                + "round");
        }
    }

    // 0 stands for all.
    private static bool IsBeyond(int clients, PlanSettings plan) =>
        clients > plan.Enrolment.Clients.Count || (clients > 0 && clients < plan.MinClients);
}
