using System.CommandLine;
using Microsoft.Extensions.Logging;
using SecureFL.Cli.Options;
using SecureFL.Cli.Parties;
using SecureFL.Cli.Shell;
using SecureFL.Cli.Sites;
using SecureFL.Cli.Trainers;
using SecureFL.Client;
using SecureFL.Consortium.Plans;
using SecureFL.Learning.Data.Datasets;
using SecureFL.Learning.Models;
using SecureFL.Learning.Rounds;
using SecureFL.Transport.Formats;

namespace SecureFL.Cli.Clients;

/// <summary><c>client run</c>: joins rounds until training ends.</summary>
internal static class ClientRunCommand
{
    internal static Command Create()
    {
        PartyOptions party = new();
        Option<FileInfo> data = new("--data")
        {
            Description = "this site's rows: CSV, Parquet, .xlsx, .npz (x and y) or .npy; they never leave",
            HelpName = "FILE",
            Required = true
        };
        Option<FileInfo?> test = new("--test")
        { Description = "rows to test on; else the share that the plan's terms say", HelpName = "FILE" };
        Option<string?> label = new("--label")
        {
            Description = "the label column; else the one in the plan's terms, with which it must agree",
            HelpName = "COLUMN"
        };
        Option<string?> trainer = new("--trainer")
        {
            Description =
                    "a command that trains, for models that are not built in: its last argument is a folder, see "
                    + "docs/examples",
            HelpName = "COMMAND"
        };
        Option<double?> timeout = TimeLimits.TrainerTimeout();
        Option<string?> encryptor = SealProgram.Option();
        Option<FileInfo?> output = new("--output")
        {
            Description = "write the final model (.safetensors) here; one that is there is replaced",
            HelpName = "FILE"
        };
        Command command =
            new("run",
                "Take part in all rounds until training ends; survives restarts of this process, the server and the "
                + "network.") { data, test, label, trainer, timeout, encryptor, output };
        TableOptions tables = new();
        tables.AddTo(command);
        party.AddTo(command);
        DataSetOptions rows = new();
        rows.AddTo(command);
        command.SetAction((result, cancellationToken) => RunAsync(
            party.Read(result),
            rows.Read(result, party.Read(result)),
            new SiteFiles(result.GetValue(data)!.FullName, result.GetValue(test)?.FullName, result.GetValue(label))
            { Csv = tables.Read(result) },
            result.GetValue(trainer),
            TimeLimits.LimitOf(result.GetValue(timeout)),
            result.GetResult(timeout) is { Implicit: false },
            result.GetValue(encryptor),
            result.GetValue(output),
            cancellationToken));
        return Examples.Of(
            command,
            """
            securefl client run --identity north --state north-state --server https://server.example:7443 --plan plan.json --data north.csv --label disease
            securefl client run --identity north --state north-state --server https://server.example:7443 --plan plan.json --data north.npz --trainer "python3 train.py"
            """);
    }

    private static async Task<int> RunAsync(PartySettings settings, FederationClientOptions options, SiteFiles files,
        string? trainerCommand, TimeSpan? trainerLimit, bool trainerLimitGiven, string? encryptor, FileInfo? output,
        CancellationToken cancellationToken)
    {
        if (output is not null)
        {
            OutputFile.RequireWritable(output);
        }

        using ILoggerFactory logging = settings.CreateLogging();
        using FederationClient client = await FederationClient.OpenAsync(options,
            logging.CreateLogger(PartyLogging.Category), cancellationToken).ConfigureAwait(false);
        TrainingTerms terms = client.Plan.Terms
            ?? throw new CliException(ExitCode.Usage, "the plan has no terms of training: its rounds are plain sums",
                "securefl client send sends a vector to one of them");
        RequireMeaning(terms, trainerCommand, trainerLimitGiven);
        client.Encryptor = SealProgram.For(encryptor, client.Plan.RequireSigned());
        SiteEncoding encoding = SiteRows.Load(terms, files, client.Identity.Name, client.Index);
        foreach (string note in encoding.Notes)
        {
            Talk.Line(note);
        }

        ILocalTrainer? trainer = TrainerFor(terms, trainerCommand, trainerLimit, encoding.Site);
        SessionEnd end = await client.RunAsync(encoding.Site, trainer, progress: null, cancellationToken)
            .ConfigureAwait(false);
        if (!end.IsComplete && end.Reason.Contains("diverged", StringComparison.Ordinal))
        {
            throw new CliException(
                ExitCode.Integrity, end.Reason,
                "the model is not written; the server keeps the best one of the rounds before; a new plan needs a "
                + "lower learning rate, scaled features or more rounds");
        }

        if (output is not null)
        {
            if (await client.FetchModelAsync(end, cancellationToken).ConfigureAwait(false) is TrainedModel model)
            {
                WholeFile.Write(output.FullName, client.BundleOf(model, encoding.Site, files.Label).Write,
                    ownerOnly: false);
            }
            else
            {
                Talk.Line("no model is written: the session ended before anybody had trained");
            }
        }

        return end.IsComplete
            ? (int)ExitCode.Ok
            : throw new CliException(
                ExitCode.Integrity,
                $"the session ended before its training did: {end.Reason}",
                $"{(output is null ? "the server's model" : output.Name)} is that of the last good round; a new "
                + $"plan goes on from it: docs/consortium.md, \"A spoiled round\"");
    }

    // Options mean what they say: one that would change nothing is refused.
    private static void RequireMeaning(TrainingTerms terms, string? trainer, bool limit)
    {
        if (trainer is not null && terms.CreateBuiltInTrainer() is not null)
        {
            throw new CliException(ExitCode.Usage,
                "--trainer does not go with this plan, whose model is built in: all sites train it as the plan says",
                "leave --trainer out, or ask for a plan with an external trainer (securefl plan new "
                + "--external-trainer)");
        }

        if (limit && trainer is null)
        {
            throw new CliException(ExitCode.Usage, "--trainer-timeout needs --trainer",
                "leave --trainer-timeout out, or give --trainer");
        }
    }

    // Null for the plan's own model.
    private static ExternalTrainer? TrainerFor(TrainingTerms terms, string? command, TimeSpan? limit, RawSite site)
    {
        if (terms.CreateBuiltInTrainer() is not null)
        {
            return null;
        }

        if (command is not null)
        {
            Dataset shape = new([], [], site.Train.Width, site.Train.Task, site.Train.ClassCount);
            return ExternalTrainer.For(command, terms.Layout, shape, terms.Seed, limit);
        }

        throw new CliException(ExitCode.Usage, "the plan's model is not built in",
            "give the command that trains it with --trainer");
    }
}
