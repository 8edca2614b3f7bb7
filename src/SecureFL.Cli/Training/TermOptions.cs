using System.Collections.Immutable;
using System.CommandLine;
using SecureFL.Cli.Options;
using SecureFL.Cli.Shell;
using SecureFL.Consortium.Plans;
using SecureFL.Consortium.Plans.Descriptions;
using SecureFL.Learning.Data;
using SecureFL.Learning.Data.Scaling;
using SecureFL.Learning.Models;
using SecureFL.Learning.Rounds;
using SecureFL.Rlwe.JointKey;
using SecureFL.Rlwe.Quantization;

namespace SecureFL.Cli.Training;

/// <summary>
/// The options that describe a training, the same for <c>simulate</c> and <c>plan new</c>: a file, and single members
/// beside it that go before the file's.
/// </summary>
internal sealed class TermOptions
{
    private readonly Option<string?> _file = new("--training")
    {
        Description = "the training as one file (JSON, see docs/training.md); options beside it go before what it says",
        HelpName = "FILE",
    };

    private readonly Option<string> _model = Choices.Of(
        "--model", "auto", "the model: auto takes the regression that fits the label; mlp is a perceptron", "auto",
        "linear", "logistic", "softmax", "mlp");

    private readonly Option<string> _algorithm = Choices.Of(
        "--algorithm", "fedavg", "fedprox holds sites near the global model by --mu", "fedavg", "fedprox");

    private readonly Option<float> _mu = new("--mu")
    { Description = "mu of fedprox, from 0", HelpName = "NUMBER", DefaultValueFactory = _ => DefaultMu };
    private readonly ImmutableArray<(string Heading, ImmutableArray<TermOption> Terms)> _groups;

    private const string Model = "The training and its model";

    /// <summary>mu where fedprox is asked for and none is given: that of Li et al. 2020 for small data.</summary>
    internal const float DefaultMu = 0.01f;

    /// <summary>Hidden units where a perceptron is asked for and none are given.</summary>
    internal static readonly ImmutableArray<int> DefaultHidden = [64];

    /// <param name="deployed">For <c>plan new</c>: a plan has no sums in the clear, and paces real rounds.</param>
    internal TermOptions(bool deployed)
    {
        _groups =
        [
            ("What columns mean", ColumnOptions.Create()), ("What becomes of rows", [.. Rows(), Scaling(deployed)]),
            (Model, [.. Architecture()]),
            ("Training at the sites", [.. Local()]), ("The mean and the server's step", [.. Server()]),
            ("Rounds", [.. Pace(deployed)]),
            ("How updates are summed", [.. Sums(deployed)]),
        ];
    }

    /// <summary>Every option.</summary>
    internal IEnumerable<Option> All => [_file, _model, _algorithm, _mu, .. Terms.Select(term => term.Option)];

    /// <summary>The members that options stand for.</summary>
    internal IEnumerable<TermOption> Terms => _groups.SelectMany(group => group.Terms);

    internal void AddTo(Command command)
    {
        HelpGroups.Add(command, Model, [_file, _model]);
        foreach ((string heading, ImmutableArray<TermOption> terms) in _groups)
        {
            HelpGroups.Add(command, heading, terms.Select(term => term.Option));
        }

        HelpGroups.Add(command, "Training at the sites", [_algorithm, _mu]);
    }

    /// <summary>Whether an option was given, here or in a lower layer.</summary>
    internal static bool IsGiven(ParseResult result, Option option) => result.GetResult(option) is { Implicit: false };

    /// <summary>The description of the file, with the options over it.</summary>
    internal TrainingDescription Read(ParseResult result)
    {
        TrainingDescription description = result.GetValue(_file) is string path ? TrainingDescription.Load(path)
            : TrainingDescription.Default;
        description = Chosen(result, description);
        description = TermOption.Over(description, Terms, result);
        bool epochsAlone = IsGiven("training.epochs") && !IsGiven("training.steps");
        return Proximal(result, epochsAlone ? description.Without("training.steps") : description);

        bool IsGiven(string path) => Terms.Any(term => term.Path == path && TermOptions.IsGiven(result, term.Option));
    }

    private TrainingDescription Chosen(ParseResult result, TrainingDescription description)
    {
        if (!IsGiven(result, _model))
        {
            return description;
        }

        description = description.Without("model");
        return result.GetValue(_model) switch
        {
            "linear" => description.With("model.task", LearningTask.Regression),
            "logistic" => description.With("model.task", LearningTask.Binary),
            "softmax" => description.With("model.task", LearningTask.MultiClass),
            "mlp" => description.With("model.builtIn.hidden", DefaultHidden),
            _ => description,
        };
    }

    private TrainingDescription Proximal(ParseResult result, TrainingDescription description)
    {
        const string Mu = "training.proximalMu";
        return IsGiven(result, _mu) ? description.With(Mu, result.GetValue(_mu))
            : !IsGiven(result, _algorithm) ? description
            : result.GetValue(_algorithm) == "fedavg" ? description.With(Mu, 0f)
            : description.Value<float>(Mu) > 0 ? description
            : description.With(Mu, DefaultMu);
    }

    private static IEnumerable<TermOption> Rows() =>
    [
        TermOption.Number<double>("--test-fraction", "data.testFraction",
            "share of each site's rows to test on, of each class alike, from 0 (none) to below 1"),
        TermOption.Number<ulong>("--seed", "seed",
            "governs initialisation, splits, batches, sampling of sites and rounding, from 0 to 2^53 - 1; never a key"),
    ];

    private static TermOption Scaling(bool deployed)
    {
        ScalingKind[] kinds = deployed ? Enum.GetValues<ScalingKind>()
            : [.. Enum.GetValues<ScalingKind>().Where(kind => kind != ScalingKind.Fixed)];
        TermOption scaling = TermOption.Choice(
            "--normalize", "data.scaling",
            "scale features by mean and deviation, of all sites by secure sums or of each site's training rows; by "
            + "each site's range; or not at all"
            + (deployed ? "; fixed puts the mean and deviation of the --schema-from file into the plan" : ""),
            null, kinds);
        scaling.Option.Aliases.Add("--scaling");
        return scaling;
    }

    private static IEnumerable<TermOption> Architecture() =>
    [
        TermOption.Counts("--hidden", "model.builtIn.hidden", "N,N",
            "units of the mlp's hidden layers, for example 64 or 128,32"),
        TermOption.Choice<Activation>("--activation", "model.builtIn.activation",
            "the function after the mlp's hidden layers"),
    ];

    private static IEnumerable<TermOption> Local() =>
    [
        TermOption.Number<int>("--local-steps", "training.steps",
            "optimiser steps a site takes in a round, from 1; 0 counts --local-epochs instead"),
        TermOption.Number<int>("--local-epochs", "training.epochs",
            "passes over a site's rows in a round, from 1, where --local-steps is 0"),
        TermOption.Number<int>("--batch", "training.batchSize", "rows a step, from 1; 0 is the full batch"),
        .. OptimiserTable.Local.Terms<float>(),
        TermOption.Optional<float>(
            "--l2", "training.l2", "L2",
            "adds L2/2 |weights|^2 to the objective, from 0; by default 1 / all sites' training rows with "
            + "--optimizer preconditioned, else 0"),
        TermOption.Choice<RateScheduleKind>(
            "--lr-schedule", "training.schedule.kind",
            "the sites' rate by round: step multiplies it by --lr-factor every --lr-step rounds, cosine and "
            + "exponential (by one factor a round) fall to --lr-floor, inverse divides it by 1 + --lr-decay (round "
            + "- 1)"),
        TermOption.Number<int>("--lr-step", "training.schedule.stepRounds",
            "rounds of a step of --lr-schedule step, from 1"),
        TermOption.Number<double>("--lr-factor", "training.schedule.factor",
            "the factor after each step of --lr-schedule step, above 0 and at most 1"),
        TermOption.Number<double>("--lr-decay", "training.schedule.decay",
            "the decay of --lr-schedule inverse, from 0"),
        TermOption.Number<int>("--lr-rounds", "training.schedule.rounds",
            "the round in which --lr-schedule cosine or exponential reaches its floor, from 1; 0 is the last of "
            + "--rounds"),
        TermOption.Number<double>("--lr-floor", "training.schedule.floor",
            "where --lr-schedule cosine or exponential ends, as a share of --lr, from 0 to 1"),
        TermOption.Number<int>("--warm-up", "training.schedule.warmUpRounds",
            "rounds over which the sites' rate rises to its full height, from 0"),
        TermOption.Choice<ClassWeighting>("--class-weights", "classWeights",
            "balanced weighs rare classes up, from counts that are summed securely"),
    ];

    private static IEnumerable<TermOption> Server() =>
    [
        TermOption.Choice<Weighting>(
            "--weighting", "weighting",
            "the mean of updates is weighted by training rows (which are only summed, never shown), or not", null,
            Weighting.Samples, Weighting.Equal),
        TermOption.Optional<double>("--weight-unit", "weightUnit", "ROWS",
            "training rows that make weight 1, above 0; by default the mean over all sites, from a secure sum"),
        TermOption.Optional<double>("--max-weight", "maxWeight", "UNITS",
            "the largest weight a site may have, in units, above 0; by default there is none"),
        .. OptimiserTable.Server.Terms<double>(),
        TermOption.Number<double>("--average", "averageDecay",
            "decay of a moving average of the global model, which is then what is delivered, from 0 (none) to below 1"),
    ];

    private static IEnumerable<TermOption> Pace(bool deployed) =>
    [
        TermOption.Number<int>("--rounds", "stopping.rounds", "rounds at most, from 1"),
        Metric(),
        TermOption.Optional<double>("--target", "stopping.target", "VALUE",
            "stop when the metric is this good: at least this, or at most where less is better; by default nothing "
            + "stops it"),
        TermOption.Number<int>("--patience", "stopping.patience",
            "stop after this many rounds without a better value of the metric, from 1; 0 for never"),
        TermOption.Number<int>("--sites-per-round", "sitesPerRound",
            "sites drawn for each round, from --min-clients; 0 is all of them"),
        TermOption.Optional<int>("--async", "asynchronous.arrivals", "K",
            "asynchronous rounds: sum after K arrivals, from --min-clients; older updates count less"),
        .. Asynchronous(),
        TermOption.Optional<double>(
            "--deadline", "rounds.deadlineSeconds", "S",
            deployed
                ? "seconds, above 0, after which a round closes with what it has; by default it waits for ever"
                : "simulated seconds, above 0, after which a round leaves slow sites behind (with --site-seconds); "
                + "by default it waits"),
        .. deployed ? Pauses() : [],
    ];

    private static TermOption Metric()
    {
        Option<string?> option = new("--metric")
        {
            Description = "what --target and --patience look at; by default accuracy, and r2 for regression: "
                + string.Join(", ", RoundMetricInfo.All.Select(info => info.Name)),
            HelpName = "NAME",
        };
        option.AcceptOnlyFromAmong([.. RoundMetricInfo.All.Select(info => info.Name)]);
        return new TermOption(option, "stopping.metric",
            result => RoundMetricInfo.All.Single(info => info.Name == result.GetValue(option)).Metric);
    }

    private static IEnumerable<TermOption> Asynchronous()
    {
        BufferOptions standard = new();
        Option<double> exponent = new("--staleness-exponent")
        {
            Description = "with --async: an update that is s versions old counts (1 + s)^-EXPONENT, from 0",
            DefaultValueFactory = _ => standard.StalenessExponent,
        };
        Option<int> most = new("--max-staleness")
        {
            Description =
                "with --async: older updates than this many versions are dropped, and the site starts anew, from 0",
            DefaultValueFactory = _ => standard.MaxStaleness,
        };
        Option<int> every = new("--evaluate-every")
        {
            Description =
                "with --async: all sites evaluate every Nth version, in a sum of its own, from 1; the last always",
            HelpName = "N",
            DefaultValueFactory = _ => standard.EvaluateEvery,
        };
        return
        [
            new TermOption(every, "asynchronous.evaluateEvery", result => result.GetValue(every)),
            new TermOption(exponent, "asynchronous.stalenessExponent", result => result.GetValue(exponent)),
            new TermOption(most, "asynchronous.maxStaleness", result => result.GetValue(most)),
        ];
    }

    private static IEnumerable<TermOption> Pauses() =>
    [
        TermOption.Number<int>("--contributions", "rounds.contributions",
            "contributions that close a round, from --min-clients; 0 is all enrolled clients"),
        TermOption.Number<double>("--opening-grace", "rounds.openingGraceSeconds",
            "seconds that a round's opening waits for key holders beyond the fewest that suffice, from 0"),
        TermOption.Number<double>("--pause", "rounds.betweenRoundsSeconds", "seconds between rounds, from 0"),
        TermOption.Flag("--no-final-evaluation", "rounds.finalEvaluation", false,
            "do not end with a round that evaluates the final model"),
    ];

    private static IEnumerable<TermOption> Sums(bool deployed) =>
    [
        TermOption.Choice<SumSuite>(
            "--suite", "sum.suite",
            deployed
                ? "how updates are encrypted; joint-key is multiparty CKKS under one key of all key holders"
                : "joint-key is multiparty CKKS under one key of all key holders; plaintext sums the same integers "
                + "in the clear (floats with --bits 32)",
            suite => DescriptionShape.NameOf(suite),
            deployed ? [SumSuite.OneTimeKey, SumSuite.JointKey] : Enum.GetValues<SumSuite>()),
        TermOption.Choice<WireMode>(
            "--wire", "sum.wire",
            "joint-key: how ciphertexts travel; seal sends Microsoft SEAL 4.1 objects, larger, which any SEAL "
            + "program can make"),
        TermOption.Number<int>("--bits", "sum.bits", "bits of a quantised element, 4 to 24"),
        TermOption.Choice<Rounding>("--rounding", "rounding",
            "how elements are rounded to integers: at random without bias, or to the nearest"),
        Clip(),
        TermOption.Flag(
            "--error-feedback", "errorFeedback", true,
            "a site keeps what clipping and rounding took from its update and adds it to the next one; for few "
            + "--bits and --rounding nearest"),
        TermOption.Number<int>("--threshold", "sum.threshold",
            "key holders that open a sum together, from 2 to all of them"),
        TermOption.Number<int>("--min-clients", "sum.minClients", "fewest sites in a sum that is opened, at least 3"),
    ];

    private static TermOption Clip()
    {
        Option<float?> option = new("--clip")
        {
            Description =
                "elements of all tensors' updates are clipped to [-CLIP, CLIP], above 0; by default a clip for each "
                + "tensor is found by a secure sum "
                + "before the first round",
            HelpName = "CLIP",
        };
        return new TermOption(option, "clips",
            result => result.GetValue(option) is float clip && clip > 0 && float.IsFinite(clip)
            ? ImmutableArray.Create(clip)
            : throw new CliException(ExitCode.Usage, $"--clip {result.GetValue(option)}: it must be above 0",
                "leave it out to have it found"));
    }
}
