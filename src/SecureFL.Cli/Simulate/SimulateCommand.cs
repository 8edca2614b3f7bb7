using System.Collections.Immutable;
using System.CommandLine;
using System.Globalization;
using SecureFL.Cli.Evaluations;
using SecureFL.Cli.Progress;
using SecureFL.Cli.Reports;
using SecureFL.Cli.Shell;
using SecureFL.Cli.Sites;
using SecureFL.Federated.Data;
using SecureFL.Federated.Models;
using SecureFL.Federated.Rounds;

namespace SecureFL.Cli.Simulate;

/// <summary><c>simulate</c>: federated training on files, all roles in one process.</summary>
internal static class SimulateCommand
{
    private const string Teaching = """
        Three hospitals, one CSV file each, a quarter of the rows to test on:
          securefl simulate --data a.csv --data b.csv --data c.csv --label ill --test-fraction 0.25 --report report.html
        One file with a column that names the hospital and one that says train or test:
          securefl simulate --data all.csv --label ill --site-column hospital --split-column split --normalize site
        Digits over ten sites with label skew, a perceptron:
          securefl simulate --data optdigits.tra --test optdigits.tes --label -1 --sites 10 --dirichlet 0.3 --model mlp --rounds 60
        How much does encryption change? Nothing; see for yourself:
          securefl simulate ... --compare
        """;

    internal static Command Create()
    {
        SiteOptions sites = new();
        SimulateOptions options = new();
        Command command = new("simulate", "Train one model on the files of several sites, encrypted, in this process.");
        sites.AddTo(command);
        options.AddTo(command);
        command.SetAction((result, cancellationToken) => RunAsync(Read(result, sites, options), cancellationToken));
        return Examples.Of(command, Teaching);
    }

    internal static async Task<int> RunAsync(SimulationSettings settings, CancellationToken cancellationToken)
    {
        SimulationOutcome run = await new Simulation(settings).RunAsync(RunDisplay.Create(), cancellationToken).ConfigureAwait(false);
        foreach ((string line, string hint) in QuantisationWarnings.Of(run.Outcome.History))
        {
            Talk.Line(line);
            Talk.Hint(hint);
        }

        if (run.Outcome.Stopped == StopReason.Rounds && ConvergenceNote.Of(run.Outcome.History) is string note)
        {
            Talk.Line(note);
        }

        await Console.Out.WriteAsync(SimulationText.Of(run)).ConfigureAwait(false);
        JsonOutput.Write(settings.Json, SimulationJson.Of(run));
        if (settings.Report is not null)
        {
            SimulationReport.Write(settings.Report, run);
            Talk.Line($"report: {settings.Report.FullName}");
        }

        return (int)(run.SumIsExact == false || run.WeightsEqual == false ? ExitCode.Integrity : ExitCode.Ok);
    }

    internal static SimulationSettings Read(ParseResult result, SiteOptions sites, SimulateOptions options)
    {
        ModelKind model = Enum.Parse<ModelKind>(result.GetValue(options.Model)!, ignoreCase: true);
        SumSuite suite = SimulateOptions.SuiteOf(result.GetValue(options.Suite));
        int bits = result.GetValue(options.Bits);
        if (!(bits is >= 4 and <= 24 || (bits == SimulationSettings.FloatBits && suite == SumSuite.Plaintext)))
        {
            throw new CliException(ExitCode.Usage, $"--bits {bits}: 4 to 24 are accepted, and 32 for floats with --suite plaintext", "16 costs next to no accuracy, 8 little");
        }

        bool twoSites = result.GetValue(options.InsecureTwoSites);
        int minimum = suite == SumSuite.Plaintext ? 1 : twoSites ? 2 : result.GetValue(options.MinClients);
        bool leaveOut = result.GetValue(options.OnTrainerFault) == "leave-out";
        if (leaveOut && (result.GetValue(options.Trainer) is null || result.GetValue(options.Async) is not null))
        {
            throw new CliException(ExitCode.Usage, "--on-trainer-fault leave-out is for --trainer in synchronous rounds", "leave it out");
        }

        if (result.GetValue(options.TrainerTimeout) is not null && result.GetValue(options.Trainer) is null)
        {
            throw new CliException(ExitCode.Usage, "--trainer-timeout is for --trainer", "leave it out");
        }

        return new SimulationSettings
        {
            Sites = sites.Read(result, model == ModelKind.Linear ? LearningTask.Regression : null),
            Normalization = sites.NormalizationOf(result),
            Model = model,
            Hidden = [.. Numbers("--hidden", result.GetValue(options.Hidden)).Select(value => checked((int)value))],
            Training = Training(result, options),
            BalancedClasses = result.GetValue(options.ClassWeights) == "balanced",
            TrainerCommand = result.GetValue(options.Trainer),
            TrainerLimit = SimulateOptions.LimitOf(result.GetValue(options.TrainerTimeout)),
            InsecureTwoSites = twoSites,
            Overwrite = result.GetValue(options.Overwrite),
            Suite = suite,
            Wire = SimulateOptions.WireOf(result.GetValue(options.Wire), suite),
            KeyHolders = result.GetValue(options.KeyHolders),
            Threshold = result.GetValue(options.Threshold),
            MinClients = minimum,
            Bits = bits,
            Clip = result.GetValue(options.Clip),
            Buffer = Buffer(result, options),
            SiteSeconds = Numbers("--site-seconds", result.GetValue(options.SiteSeconds)),
            Federation = Federation(result, sites, options, minimum),
            Metric = StoppingMetric.Parse(result.GetValue(options.Metric)),
            ThresholdAt = MetricText.Threshold(result.GetValue(options.ThresholdAt)),
            Baselines = Enum.Parse<BaselineChoice>(result.GetValue(options.Baselines)!, ignoreCase: true),
            Compare = result.GetValue(options.Compare),
            Resume = result.GetValue(options.Resume),
            KeepCiphertexts = result.GetValue(options.KeepCiphertexts),
            Output = result.GetValue(options.Output)?.FullName ?? DefaultOutput(result.GetValue(options.Json)),
            Json = result.GetValue(options.Json),
            Report = result.GetValue(options.Report),
        };
    }

    internal static LocalTrainingOptions Training(ParseResult result, SimulateOptions options) => new()
    {
        BatchSize = result.GetValue(options.Batch),
        Steps = result.GetValue(options.LocalSteps),
        Epochs = result.GetValue(options.LocalEpochs),
        ProximalMu = result.GetValue(options.Algorithm) == "fedprox" ? result.GetValue(options.Mu) : 0,
        L2 = result.GetValue(options.L2),
        Optimizer = new LocalOptimizerOptions
        {
            Kind = SimulateOptions.LocalKind(result.GetValue(options.Optimizer)!),
            LearningRate = result.GetValue(options.LearningRate),
        },
    };

    private static BufferOptions? Buffer(ParseResult result, SimulateOptions options)
    {
        int? every = result.GetValue(options.EvaluateEvery);
        return result.GetValue(options.Async) is int arrivals ? new BufferOptions { Arrivals = arrivals, EvaluateEvery = every ?? 1 }
            : every is null ? null
            : throw new CliException(ExitCode.Usage, "--evaluate-every is for --async", "synchronous rounds measure every model with the next round's uploads");
    }

    private static FederationOptions Federation(ParseResult result, SiteOptions sites, SimulateOptions options, int minimum)
    {
        ServerOptimizerKind server = SimulateOptions.ServerKind(result.GetValue(options.ServerOptimizer)!);
        bool adaptive = server is not (ServerOptimizerKind.FedAvg or ServerOptimizerKind.FedAvgM);
        return new FederationOptions
        {
            Seed = result.GetValue(sites.Seed),
            Stopping = new StoppingRules
            {
                Rounds = result.GetValue(options.Rounds),
                Target = result.GetValue(options.Target),
                Patience = result.GetValue(options.Patience),
            },
            Weighting = result.GetValue(options.Weighting) == "equal" ? Weighting.Equal : Weighting.Samples,
            ServerOptimizer = new ServerOptimizerOptions { Kind = server, LearningRate = result.GetValue(options.ServerRate) ?? (adaptive ? 0.01 : 1) },
            AverageDecay = result.GetValue(options.Average),
            SitesPerRound = result.GetValue(options.SitesPerRound),
            DeadlineSeconds = result.GetValue(options.Deadline),
            MinimumContributors = minimum,
            Parallelism = Math.Max(1, result.GetValue(options.Parallel)),
            Clock = TimeProvider.System,
            OnTrainerFault = result.GetValue(options.OnTrainerFault) == "leave-out" ? TrainerFaultRule.LeaveOut : TrainerFaultRule.Stop,
        };
    }

    private static string DefaultOutput(FileInfo? json) =>
        json is null ? Path.GetFullPath("securefl-run") : Path.Combine(json.DirectoryName!, Path.GetFileNameWithoutExtension(json.Name) + "-run");

    internal static ImmutableArray<double> Numbers(string option, string? text) =>
    [
        .. SiteOptions.List(text).Select(word => double.TryParse(word, CultureInfo.InvariantCulture, out double value)
            ? value
            : throw new CliException(ExitCode.Usage, $"{option}: {word} is no number", $"for example {option} 64,32")),
    ];
}
