using System.Globalization;
using SecureFL.Consortium.Plans;
using SecureFL.Learning.Data.Scaling;
using SecureFL.Learning.Data.Schemas;
using SecureFL.Learning.Models;
using SecureFL.Learning.Rounds;
using SecureFL.Learning.ServerOptimizers;
using SecureFL.Messages.Text;
using SecureFL.Rlwe.Quantization;

namespace SecureFL.Cli.Plans;

/// <summary>
/// Terms of training in words, for those who approve a plan. Members that are as by default are left out where they say
/// nothing.
/// </summary>
internal static class TermsText
{
    /// <summary>A line as plans are shown: its name, then what it says.</summary>
    internal static string Line(string name, string value) => $"{name,-14}{PrintableText.Line(value)}\n";

    /// <summary>All of it.</summary>
    internal static string Of(TrainingTerms terms) =>
        string.Concat(Lines(terms).Select(line => Line(line.Name, line.Value)));

    private static IEnumerable<(string Name, string Value)> Lines(TrainingTerms terms)
    {
        yield return ("model", ModelText(terms.Model));
        yield return ("training", Training(terms));
        yield return ("mean", Mean(terms));
        yield return ("clips", terms.Clips.IsEmpty
            ? "found by the sites, one for each tensor, before the first round"
            : string.Join(", ", terms.Clips.Select(clip => Text($"{clip:G9}"))));
        if (terms.Preparation.Steps is { IsEmpty: false } steps)
        {
            yield return ("preparation", Text(
                $"{steps.Length} secure sum(s) before the first round: {string.Join(", ", steps.Select(step => step.Name).Distinct())}"));
        }

        yield return ("rounds", Rounds(terms));
        if (terms.Data.Schema is TableSchema schema)
        {
            yield return ("label", PrintableText.Line(schema.Label.Words));
        }

        yield return ("data", DataText(terms.Data));
    }

    private static string Training(TrainingTerms terms)
    {
        LocalTrainingOptions training = terms.Training;
        LocalOptimizerOptions optimizer = training.Optimizer;
        string amount = training.Steps > 0 ? Text($"{training.Steps} steps") : Text($"{training.Epochs} pass(es)");
        string batches = training.BatchSize == 0 ? "on all rows" : Text($"batches of {training.BatchSize}");
        return
            Text(
                $"{amount} of {optimizer.Kind}{Settings(LocalMethods.Of(optimizer.Kind).Uses.Select(name => Setting(name, optimizer)))} a round, rate {optimizer.LearningRate}{Schedule(training.Schedule)}, {batches}")
            + (training.ProximalMu > 0 ? Text($", FedProx mu {training.ProximalMu}") : "")
            + (training.L2 is float l2 ? l2 > 0 ? Text($", L2 {l2}") : ""
                : optimizer.Kind == LocalOptimizerKind.Preconditioned ? ", L2 of one over all training rows" : "")
            + (terms.ClassWeights == ClassWeighting.Balanced ? ", rare classes weighed up" : "");
    }

    private static string Schedule(RateSchedule schedule)
    {
        string course = schedule.Kind switch
        {
            RateScheduleKind.Constant => "",
            RateScheduleKind.Step => Text($" times {schedule.Factor} every {schedule.StepRounds} rounds"),
            RateScheduleKind.Cosine => Text(
                $" falling along a cosine to {schedule.Floor:P0} in round {schedule.Rounds}"),
            RateScheduleKind.Inverse => Text($" divided by 1 + {schedule.Decay} (round - 1)"),
            RateScheduleKind.Exponential =>
                Text(
                    $" falling by one factor a round to {schedule.Floor} of it in {(schedule.Rounds == 0 ? "the last round" : Text($"round {schedule.Rounds}"))}"),
            _ => throw new ArgumentException($"no schedule is called {schedule.Kind}"),
        };
        return course + (schedule.WarmUpRounds > 0 ? Text($", rising over {schedule.WarmUpRounds} rounds") : "");
    }

    private static string Mean(TrainingTerms terms)
    {
        ServerOptimizerOptions server = terms.ServerOptimizer;
        string weights = terms.Weighting == Weighting.Equal ? "of all sites alike"
            : terms.WeightUnit is double unit ? Text($"weighted by training rows in units of {unit}")
            : "weighted by training rows, in units of the sites' mean";
        return weights
            + (terms.MaxWeight is double most ? Text($", at most {most} units a site") : "")
            + Text(
                $", server {server.Method.Name}{Settings(server.Method.Settings.Select(setting => Text($"{setting.Name} {server.TextOf(setting)}")))} at rate {server.LearningRate}")
            + (terms.AverageDecay > 0 ? Text($", delivered is a moving average with decay {terms.AverageDecay}") : "")
            + (terms.Rounding == Rounding.Nearest ? ", rounded to the nearest" : "")
            + (terms.ErrorFeedback ? ", what rounding and clipping take is added to a site's next update" : "");
    }

    private static string Rounds(TrainingTerms terms)
    {
        StoppingRules stopping = terms.Stopping;
        string metric = RoundMetricInfo.Of(stopping.Metric).Label;
        string closes = terms.Asynchronous is { } pace
            ? Text(
                $"asynchronous: each closes with {pace.Arrivals} arrivals, all sites evaluate every {(pace.EvaluateEvery == 1 ? "version" : Text($"{pace.EvaluateEvery} versions"))}, an update s versions old counts (1 + s)^-{pace.StalenessExponent} and is dropped beyond {pace.MaxStaleness}")
            : terms.SitesPerRound > 0 && terms.Rounds.Contributions == 0
            ? Text($"each is of {terms.SitesPerRound} clients drawn by the seed and closes with all of them")
            : terms.SitesPerRound > 0
            ? Text(
                $"each is of {terms.SitesPerRound} clients drawn by the seed and closes with {terms.Rounds.Contributions} of them")
            : terms.Rounds.Contributions == 0 ? "each closes with all clients"
            : Text($"each closes with {terms.Rounds.Contributions} clients");
        return Text($"{stopping.Rounds} at most")
            + (stopping.Target is double target ? Text($", until {metric} is {target} or better") : "")
            + (stopping.Patience > 0 ? Text($", or {stopping.Patience} rounds without a better {metric}") : "")
            + "; " + closes
            + (terms.Rounds.DeadlineSeconds > 0 ? Text($" or after {terms.Rounds.DeadlineSeconds} s, never below the smallest sum")
                : ", without deadline");
    }

    // The settings that a method has.
    private static string Settings(IEnumerable<string> said) => said.Any() ? $" ({string.Join(", ", said)})" : "";

    private static string Setting(string name, LocalOptimizerOptions options) => Text(
        $"{char.ToLowerInvariant(name[0])}{name[1..]} {options.GetType().GetProperty(name)!.GetValue(options)}");

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);

    private static string ModelText(ModelTerms model) => model.BuiltIn is { } spec
        ? string.Create(CultureInfo.InvariantCulture,
            $"{(spec.Hidden.IsEmpty ? "regression" : $"perceptron with hidden layers {string.Join(", ", spec.Hidden)}")} for a {spec.Task} task, {model.Inputs} features, {model.Layout.Length} parameters")
        : string.Create(CultureInfo.InvariantCulture,
            $"{model.Tensors.Length} tensors of the sites' own trainers, {model.Layout.Length} parameters");

    private static string DataText(DataTerms data)
    {
        string scaling = data.Scaling switch
        {
            ScalingKind.Federated => "scaled by mean and deviation of all sites, from secure sums",
            ScalingKind.None => "not scaled",
            ScalingKind.Site => "scaled by each site's own mean and deviation",
            ScalingKind.MinMax => "scaled by each site's own range",
            _ => "scaled by the numbers in the plan",
        };
        string columns = data.Schema is TableSchema schema
            ? $"columns {string.Join(", ", schema.Features.Select(column => PrintableText.Name(column.Name)))}"
            : "arrays";
        return string.Create(CultureInfo.InvariantCulture,
            $"{columns}; {scaling}; {data.TestFraction:P0} of the rows to test on");
    }
}
