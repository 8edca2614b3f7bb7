using System.CommandLine;
using SecureFL.Aggregation;
using SecureFL.Cli.Parties;
using SecureFL.Cli.Shell;
using SecureFL.Cli.Sites;
using SecureFL.Cli.Trainers;
using SecureFL.Deployment.Clients;
using SecureFL.Deployment.Contracts;
using SecureFL.Deployment.Identity;
using SecureFL.Deployment.Plans;
using SecureFL.Federated.Data;
using SecureFL.Federated.Models;
using SecureFL.Federated.Preparation;
using SecureFL.Federated.Rounds;
using SecureFL.Storage;

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
        Option<double?> timeout = Simulate.SimulateOptions.TrainerTimeoutOption();
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
        command.SetAction((result, cancellationToken) => RunAsync(
            party.Read(result),
            new SiteFiles(result.GetValue(data)!.FullName, result.GetValue(test)?.FullName, result.GetValue(label))
            { Csv = tables.Read(result) },
            result.GetValue(trainer),
            Simulate.SimulateOptions.LimitOf(result.GetValue(timeout)),
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

    private static async Task<int> RunAsync(PartySettings settings, SiteFiles files, string? trainerCommand,
        TimeSpan? trainerLimit, string? encryptor, FileInfo? output, CancellationToken cancellationToken)
    {
        if (output is not null)
        {
            OutputFile.RequireWritable(output);
        }

        using PartySession session = await PartySession.OpenAsync(settings, PeerRole.Client, cancellationToken)
            .ConfigureAwait(false);
        TrainingTerms terms = session.PlanFile.Terms
            ?? throw new CliException(ExitCode.Usage, "the plan has no terms of training: its rounds are plain sums",
                "securefl client send sends a vector to one of them");
        SealProgram? program = SealProgram.For(encryptor, session.Plan);
        using ClientMemory memory = ClientMemory.Open(session);
        SiteEncoding encoding = SiteRows.Load(terms, files, session.Identity.Name, memory.Client.Index);
        foreach (string note in encoding.Notes)
        {
            Talk.Line(note);
        }

        ILocalTrainer trainer = TrainerFor(terms, trainerCommand, trainerLimit, encoding.Site);
        IContributionSource source = TrainingSource.For(
            session.Plan, terms, state => terms.TrainerUnder(state) ?? trainer, encoding.Site, memory.Client.Index,
            session.Logger,
            terms.ErrorFeedback ? Residual(session) : null);
        await using IAsyncDisposable? training = source as IAsyncDisposable;
        ClientService service = memory.CreateService(session, source, program);
        RoundState ended = await service.RunAsync(only: null, once: false, cancellationToken).ConfigureAwait(false);
        if (ended.Incomplete && ended.Reason.Contains("diverged", StringComparison.Ordinal))
        {
            throw new CliException(
                ExitCode.Integrity, ended.Reason,
                "the model is not written; the server keeps the best one of the rounds before; a new plan needs a "
                + "lower learning rate, scaled features or more rounds");
        }

        if (output is not null)
        {
            float[] values = await service.FetchModelAsync(ended, cancellationToken).ConfigureAwait(false);
            PreparationProgress progress = VersionValues.Progress(terms, session.Plan, values);
            if (progress.IsComplete)
            {
                encoding.WriteModel(output.FullName, terms, VersionValues.Delivered(terms, values), progress.State,
                    files.Label);
            }
            else
            {
                Talk.Line("no model is written: the session ended before anybody had trained");
            }
        }

        return !ended.Incomplete
            ? (int)ExitCode.Ok
            : throw new CliException(
                ExitCode.Integrity,
                $"the session ended before its training did: {ended.Reason}",
                $"{(output is null ? "the server's model" : output.Name)} is that of the last good round; a new "
                + $"plan goes on from it: docs/consortium.md, \"A spoiled round\"");
    }

    private static ResidualKeeper Residual(PartySession session)
    {
        try
        {
            return
                new ResidualKeeper(new DurableResidual(session.Folder.Residual,
                    checked((int)session.Plan.Parameters.FloatLength)), session.Logger);
        }
        catch (IOException fault)
        {
            throw new CliException(ExitCode.Environment, FaultText.Of(fault),
                "restore the state folder from before, or remove the file that is named");
        }
    }

    private static ILocalTrainer TrainerFor(TrainingTerms terms, string? command, TimeSpan? limit, RawSite site)
    {
        if (command is not null)
        {
            Dataset shape = new([], [], site.Train.Width, site.Train.Task, site.Train.ClassCount);
            return ExternalTrainer.For(command, terms.Layout, shape, terms.Seed, limit);
        }

        return terms.CreateBuiltInTrainer()
            ?? throw new CliException(ExitCode.Usage, "the plan's model is not built in",
                "give the command that trains it with --trainer");
    }
}
