using System.CommandLine;
using System.Globalization;
using Microsoft.Extensions.Logging;
using SecureFL.Cli.Parties;
using SecureFL.Cli.Shell;
using SecureFL.Client;
using SecureFL.Consortium.Plans;
using SecureFL.Messages.Counters;
using SecureFL.Protocol.Plans;

namespace SecureFL.Cli.Clients;

/// <summary><c>client send FILE</c>: one vector to one secure sum.</summary>
internal static class ClientSendCommand
{
    internal static Command Create()
    {
        PartyOptions party = new();
        Argument<FileInfo> file = new("file")
        {
            Description =
                    "the vector: .npz or .safetensors, whose arrays are taken by name where the plan names them; "
                    + ".npy or .f32 (raw little-endian) for one array"
        };
        Option<ulong?> round = new("--round")
        { Description = "the round, from 0; by default the first one that collects", HelpName = "N" };
        Option<string[]> counters = new("--counter")
        { Description = "NAME=VALUE, for plans with counters; the weight is one of them", HelpName = "NAME=VALUE" };
        Option<double?> maxClipped = Shares.Option("--max-clipped",
            "send nothing where more of the elements than this lie beyond their clip; by default what the plan "
            + "says, and never more than that");
        Option<string?> encryptor = SealProgram.Option();
        Command command =
            new("send",
                "Send one vector to a round of plain sums; runs until the server has it, and can be repeated, with "
                + "the same file, after any interruption.")
        {
            file, round, counters, maxClipped, encryptor,
        };
        party.AddTo(command);
        DataSetOptions rows = new();
        rows.AddTo(command);
        command.SetAction((result, cancellationToken) => RunAsync(
            party.Read(result),
            rows.Read(result, party.Read(result)),
            result.GetValue(file)!.FullName,
            result.GetValue(round),
            result.GetValue(counters) ?? [],
            result.GetValue(maxClipped),
            result.GetValue(encryptor),
            cancellationToken));
        return
            Examples.Of(command,
                "securefl client send update.npz --identity north --state north-state --server "
                + "https://server.example:7443 --plan plan.json --round 3");
    }

    private static async Task<int> RunAsync(
        PartySettings settings, FederationClientOptions options, string file, ulong? round, string[] counters,
        double? maxClipped, string? encryptor, CancellationToken cancellationToken)
    {
        using ILoggerFactory logging = settings.CreateLogging();
        using FederationClient client = await FederationClient.OpenAsync(options,
            logging.CreateLogger(PartyLogging.Category), cancellationToken).ConfigureAwait(false);
        if (client.Plan.Terms is not null)
        {
            throw new CliException(ExitCode.Usage, "the plan has terms of training: its rounds take trained updates",
                "securefl client run takes part in them");
        }

        float[] vector = Vector(client.Plan, file, maxClipped);
        long[] values = CountersOf(client.Plan.Settings.Counters, counters);
        client.Encryptor = SealProgram.For(encryptor, client.Plan.RequireSigned());
        ulong sent = await client.SendAsync(vector, values, round, progress: null, cancellationToken)
            .ConfigureAwait(false);
        Talk.Line(string.Create(CultureInfo.InvariantCulture, $"round {sent} has the contribution"));
        return (int)ExitCode.Ok;
    }

    private static float[] Vector(PlanFile plan, string file, double? maxClipped)
    {
        SumTerms? terms = plan.Sums;
        float clip = plan.Settings.Parameters.Clip;
        float[] vector = VectorFile.Read(file, plan.Settings.Parameters.FloatLength, terms);
        terms?.ToPlanScale(vector, clip);
        ClippedShare clipped = ClippedShare.Of(vector, clip, terms);
        double agreed = terms?.MaxClipped ?? 1;
        clipped.Require(Math.Min(maxClipped ?? (terms is null ? SumTerms.DefaultMaxClipped : agreed), agreed));
        Talk.Line($"{Path.GetFileName(file)}: {clipped}");
        return vector;
    }

    private static long[] CountersOf(CounterLayout layout, string[] given)
    {
        long[] values = new long[layout.Counters.Length];
        HashSet<string> seen = [];
        foreach (string text in given)
        {
            string[] parts = text.Split('=', 2);
            int position = layout.Counters.ToList().FindIndex(counter => counter.Name == parts[0]);
            if (position < 0 || parts.Length != 2 || !seen.Add(parts[0])
                || !long.TryParse(parts[1], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture,
                    out values[position]))
            {
                throw new CliException(ExitCode.Usage, $"--counter {text} is no NAME=VALUE of the plan, once each",
                    $"the plan's counters: {Names(layout)}");
            }
        }

        return seen.Count == values.Length
            ? values
            : throw new CliException(ExitCode.Usage, $"{seen.Count} of {values.Length} counters are given",
                $"give --counter NAME=VALUE for each of: {Names(layout)}");
    }

    private static string Names(CounterLayout layout) =>
        layout.Counters.IsEmpty ? "none" : string.Join(", ", layout.Counters.Select(counter => counter.Name));
}
