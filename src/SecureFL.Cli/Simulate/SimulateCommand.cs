using System.Collections.Immutable;
using System.CommandLine;
using System.Globalization;
using SecureFL.Cli.Evaluations;
using SecureFL.Cli.Options;
using SecureFL.Cli.Progress;
using SecureFL.Cli.Reports;
using SecureFL.Cli.Runs;
using SecureFL.Cli.Shell;
using SecureFL.Cli.Sites;
using SecureFL.Cli.Training;
using SecureFL.Consortium.Plans.Descriptions;
using SecureFL.Learning.Rounds;

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
        The same again from one file, which plan new takes too:
          securefl simulate --data a.csv --data b.csv --data c.csv --label ill --print-training > training.json
          securefl simulate --data a.csv --data b.csv --data c.csv --training training.json
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
        if (settings.PrintTraining)
        {
            byte[] printed = await new SimulationRun(settings).DescribeAsync(cancellationToken).ConfigureAwait(false);
            await Console.Out.WriteAsync(System.Text.Encoding.UTF8.GetString(printed)).ConfigureAwait(false);
            return (int)ExitCode.Ok;
        }

        Failures.AfterInterruption = settings.Output is null
            ? "run the same command again: it begins anew; with --output FOLDER, --resume goes on where it was"
            : "run the same command again with --resume: it goes on where it was";
        Talk.KeepNotes();
        SimulationOutcome run = await new SimulationRun(settings).RunAsync(RunDisplay.Create(), cancellationToken)
            .ConfigureAwait(false);
        bool found = run.Terms.Clips.IsEmpty;
        foreach ((string line, string hint) in QuantisationWarnings.Of(run.Outcome.History, found))
        {
            Talk.Line(line);
            Talk.Hint(hint);
        }

        if (run.Outcome.Stopped == StopReason.Rounds
            && ConvergenceNote.Of(run.Outcome.History, run.Terms.Training.Schedule) is string note)
        {
            Talk.Line(note);
        }

        run = run with { Notes = [.. Talk.Notes] };
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
        TrainingDescription description = options.Terms.Read(result);
        OptionRules.Check(result, description);
        description.Sum.Check();
        int folds = Folds(result, options);
        bool leaveOut = result.GetValue(options.LeaveOneSiteOut);
        if (folds > 0 || leaveOut)
        {
            // Runs of their own hold rows out: the model that is delivered is trained on all of them.
            description = description.With("data.testFraction", 0.0);
        }

        return new SimulationSettings
        {
            Sites = sites.Read(result, description),
            Description = description,
            TrainerCommand = result.GetValue(options.Trainer),
            TrainerLimit = TimeLimits.LimitOf(result.GetValue(options.TrainerTimeout)),
            OnTrainerFault = result.GetValue(options.OnTrainerFault) == "leave-out" ? TrainerFaultRule.LeaveOut
                : TrainerFaultRule.Stop,
            InsecureTwoSites = result.GetValue(options.InsecureTwoSites),
            Overwrite = result.GetValue(options.Overwrite),
            KeyHolders = result.GetValue(options.KeyHolders),
            SiteSeconds = Seconds("--site-seconds", result.GetValue(options.SiteSeconds)),
            Parallelism = Math.Max(1, result.GetValue(options.Parallel)),
            ThresholdAt = MetricText.Threshold(result.GetValue(options.ThresholdAt)),
            Baselines = Enum.Parse<BaselineChoice>(result.GetValue(options.Baselines)!, ignoreCase: true),
            CrossValidate = folds,
            LeaveOneSiteOut = leaveOut,
            Compare = result.GetValue(options.Compare),
            Resume = result.GetValue(options.Resume),
            PrintTraining = result.GetValue(options.PrintTraining),
            KeepCiphertexts = result.GetValue(options.KeepCiphertexts),
            Output = result.GetValue(options.Output)?.FullName ?? DefaultOutput(result.GetValue(options.Json)),
            Json = result.GetValue(options.Json),
            Report = result.GetValue(options.Report),
        };
    }

    private static int Folds(ParseResult result, SimulateOptions options)
    {
        const int Most = 1000;
        int folds = result.GetValue(options.CrossValidate);
        return !TermOptions.IsGiven(result, options.CrossValidate) ? 0
            : folds is >= 2 and <= Most ? folds
            : throw new CliException(ExitCode.Usage, $"--cross-validate {folds}: a number from 2 to {Most}",
                "for example --cross-validate 5");
    }

    private static string DefaultOutput(FileInfo? json) =>
        json is null ? Path.GetFullPath("securefl-run")
        : Path.Combine(json.DirectoryName!, Path.GetFileNameWithoutExtension(json.Name) + "-run");

    private static ImmutableArray<double> Seconds(string option, string? text) =>
    [
        .. SiteOptions.List(text).Select(word =>
            double.TryParse(word, CultureInfo.InvariantCulture, out double value) && value >= 0
            && double.IsFinite(value)
                ? value
                : throw new CliException(ExitCode.Usage, $"{option}: {word} is no number of seconds, from 0",
                    $"for example {option} 10,1,1")),
    ];
}
