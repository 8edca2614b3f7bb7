using System.Globalization;
using System.Text;
using SecureFL.Cli.Shell;
using SecureFL.Consortium.Plans;
using SecureFL.Consortium.Plans.Descriptions;
using SecureFL.Learning.Data.Generated;
using SecureFL.Learning.Metrics;
using SecureFL.Learning.Models;
using SecureFL.Learning.Rounds;
using SecureFL.Protocol.Transcripts;
using SecureFL.Storage.Rounds;
using SecureFL.Transport.Calls;
using SecureFL.Transport.Connections;
using SecureFL.Transport.Contracts;

namespace SecureFL.Cli.Demo;

/// <summary>
/// The deployment on one machine: a server, four hospitals and three key holders as processes of their own over mutual
/// TLS, until training ends; then the final weights are compared with the same training in the clear, and the
/// transcript is verified.
/// </summary>
internal sealed class ProcessDemo(DirectoryInfo folder, SumSettings asked, string? training = null)
{
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(200);

    internal async Task<DemoOutcome> RunAsync(CancellationToken cancellationToken)
    {
        long started = TimeProvider.System.GetTimestamp();
        DemoSetup setup = DemoSetup.Create(folder, asked, training);
        (IReadOnlyList<string> tables, IReadOnlyList<string> clients, TrainingTerms terms, DemoConsortium consortium) =
            setup;
        Talk.Line($"plan {consortium.Plan.SpokenForm}");
        using DemoParties parties = new(consortium, tables);
        foreach (LocalProcess process in parties.All)
        {
            process.Start();
        }

        int processes = parties.All.Count() + 1;
        Talk.Line(
            string.Create(CultureInfo.InvariantCulture,
                $"{processes} processes: this one, a server on {parties.Address}, {clients.Count} hospitals, "
                + $"{parties.Holders.Count} key holders"));
        TrainingOutcome clear = await HospitalFederation.TrainInTheClearAsync(consortium.Plan, tables, clients,
            cancellationToken).ConfigureAwait(false);
        IReadOnlyList<RoundSummary> rounds = await FollowAsync(parties, cancellationToken).ConfigureAwait(false);
        foreach (LocalProcess process in parties.All)
        {
            process.Stop(TimeSpan.FromSeconds(3));
        }

        bool exact = clients.All(client => Weights(parties.ModelOf(client)).AsSpan().SequenceEqual(clear.Model.Values));
        TranscriptReport report = Verify(parties);
        bool verified = report is { IsValid: true } && report.Rounds.Length > terms.Stopping.Rounds
            && report.Rounds.All(round => round.SumRecomputed);
        double seconds = TimeProvider.System.GetElapsedTime(started).TotalSeconds;
        string text = Describe(parties, terms.Metrics, tables, rounds, report, exact, verified, processes, seconds);
        string reportPath = Path.Combine(folder.FullName, "report.txt");
        await File.WriteAllTextAsync(reportPath, text, cancellationToken).ConfigureAwait(false);
        await Console.Out.WriteAsync(text).ConfigureAwait(false);
        return new DemoOutcome(exact, verified, processes, seconds, reportPath);
    }

    // Ends when all clients have ended; tells each round as it is opened.
    private static async Task<IReadOnlyList<RoundSummary>> FollowAsync(DemoParties parties,
        CancellationToken cancellationToken)
    {
        using ServerLink operate = parties.Operate();
        SortedDictionary<ulong, RoundSummary> rounds = [];
        for (bool running = true; running;)
        {
            running = parties.Clients.Any(client => client.IsRunning);
            foreach (LocalProcess process in parties.All.Where(process => process.ExitCode is not null and not 0))
            {
                throw new CliException(
                    ExitCode.InternalFault,
                    $"{process.Name} ended with code {process.ExitCode}: "
                    + $"{process.LastWords(3).ReplaceLineEndings(" ")}", "its log is in the logs folder");
            }

            try
            {
                StatusReply status = await operate.GetStatusAsync(cancellationToken).ConfigureAwait(false);
                foreach (RoundSummary round in status.Recent.Where(round => rounds.TryAdd(round.Round, round)))
                {
                    Talk.Line(string.Create(
                        CultureInfo.InvariantCulture,
                        $"round {round.Round}: {round.Outcome.ToString().ToLowerInvariant()}, "
                        + $"{round.Contributors.Count} hospitals, {round.UploadBytes / 1000.0:0} kB in "
                        + $"{round.Seconds:0.0} s"));
                }
            }
            catch (GrpcException fault) when (Refusal.IsPassing(fault))
            {
                cancellationToken.ThrowIfCancellationRequested();
            }

            await Task.Delay(Poll, cancellationToken).ConfigureAwait(false);
        }

        return [.. rounds.Values];
    }

    internal static float[] Weights(string path)
    {
        using FileStream stream = File.OpenRead(path);
        return ModelBundle.Read(stream, path).Parameters.Values;
    }

    internal static TranscriptReport Verify(DemoParties parties)
    {
        using FileStream stream = new(parties.Transcript, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        return TranscriptVerifier.Verify(stream, new CiphertextDirectory(parties.Ciphertexts));
    }

    private string Describe(
        DemoParties parties, MetricLayout metrics, IReadOnlyList<string> tables, IReadOnlyList<RoundSummary> rounds,
        TranscriptReport report, bool exact, bool verified, int processes, double seconds)
    {
        StringBuilder text = new();
        // A round's counters describe the model that it began with; rounds of preparation made none.
        ulong preparation = (ulong)rounds.Count(round => round.Kind == RoundKind.Preparation);
        RoundMetricInfo[] shown = [.. RoundMetricInfo.ShownFor(metrics)];
        Line($"after round{string.Concat(shown.Select(metric => "  " + metric.Label))}");
        foreach (RoundSummary round in rounds.Where(round => round.Metrics.Count > 0))
        {
            IEnumerable<string> cells = shown.Select(metric =>
                "  " + metric.Format(round.Metrics.TryGetValue(metric.Key, out double value) ? value : null)
                .PadLeft(metric.Label.Length));
            Line($"{round.Round - preparation,11}{string.Concat(cells)}");
        }

        Line($"processes   {processes} over mutual TLS, {seconds:0.0} s in all");
        Line(
            $"equality    {(exact ? "all hospitals have the final weights that training in the clear gives, bit for bit" : "THE FINAL WEIGHTS DIFFER FROM TRAINING IN THE CLEAR")}");
        Line(
            $"transcript  {report.Rounds.Length} rounds {(verified ? "verify, the sums recomputed from the ciphertexts" : "DO NOT VERIFY")}; by hand:");
        Line(
            $"            {Invocation.Name} verify {Invocation.Quote(parties.Transcript)} --ciphertexts {Invocation.Quote(parties.Ciphertexts)}");
        Line($"folder      {folder.FullName}: tables, identities, training.json, plan.json, state, logs, models");
        Line(
            $"unprotected one machine holds all keys here; apart, {(asked.Suite == SumSuite.JointKey ? "one client" : "two colluding key holders")} and the server could open any hospital");
        Line(
            $"next        docs/consortium.md sets this up across organisations; to try your own CSV files first, put them in the place of these:");
        Line($"            {HospitalDemo.NextCommand(tables, HospitalGenerator.Label)}");
        return text.ToString();

        void Line(FormattableString line) => text.Append(line.ToString(CultureInfo.InvariantCulture)).Append('\n');
    }
}
