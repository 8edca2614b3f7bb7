using System.Globalization;
using System.Text;
using SecureFL.Cli.Progress;
using SecureFL.Cli.Reports;
using SecureFL.Cli.Runs;
using SecureFL.Cli.Shell;
using SecureFL.Cli.Sites;
using SecureFL.Consortium.Plans.Descriptions;
using SecureFL.Learning.Data.Generated;
using SecureFL.Protocol.Transcripts;
using SecureFL.Storage.Rounds;

namespace SecureFL.Cli.Demo;

/// <summary>
/// Four generated hospitals that differ as real ones do, one server, three key holders of whom two open a sum; all in
/// this process, through the roles that run apart in production.
/// </summary>
internal sealed class HospitalDemo(DirectoryInfo folder, SumSettings sum, string? training = null)
{
    private const int Rounds = 25;

    internal async Task<DemoOutcome> RunAsync(CancellationToken cancellationToken)
    {
        long started = TimeProvider.System.GetTimestamp();
        SimulationSettings settings = Settings(HospitalFederation.WriteTables(folder.FullName));
        SimulationOutcome run = await new SimulationRun(settings).RunAsync(RunDisplay.Create(), cancellationToken)
            .ConfigureAwait(false);
        SimulationReport.Write(settings.Report!, run);
        (bool verified, int rounds) = Verify(run);
        bool exact = run is { SumIsExact: true, WeightsEqual: true };
        await Console.Out.WriteAsync(Describe(run, exact, verified, rounds)).ConfigureAwait(false);
        return new DemoOutcome(exact, verified, Processes: 1, TimeProvider.System.GetElapsedTime(started).TotalSeconds,
            settings.Report!.FullName);
    }

    /// <summary>The command that does the same to files of one's own.</summary>
    internal static string NextCommand(IEnumerable<string> files, string label) =>
        $"{Invocation.Name} simulate {string.Join(' ', files.Select(file => $"--data {Invocation.Quote(file)}"))} "
        + $"--label {label} --test-fraction 0.25 --report report.html";

    private SimulationSettings Settings(IEnumerable<string> files)
    {
        TrainingDescription description = HospitalFederation.Describe(training, Rounds, sum);
        return new SimulationSettings
        {
            Description = description,
            Sites = new SiteSettings
            {
                Data = [.. files],
                Schema = description.Schema,
                Columns = description.Columns,
                TestFraction = description.Value<double>("data.testFraction"),
                Seed = description.Value<ulong>("seed"),
            },
            Compare = true,
            KeepCiphertexts = true,
            Output = folder.FullName,
            Report = new FileInfo(Path.Combine(folder.FullName, "report.html")),
        };
    }

    private static (bool Verified, int Rounds) Verify(SimulationOutcome run)
    {
        bool verified = run.Transcripts.Count > 0;
        int rounds = 0;
        foreach ((string transcript, string ciphertexts) in run.Transcripts)
        {
            using FileStream file = File.OpenRead(transcript);
            TranscriptReport report = TranscriptVerifier.Verify(file, new CiphertextDirectory(ciphertexts));
            verified &= report is { IsValid: true, IsClosed: true } && report.Rounds.All(round => round.SumRecomputed);
            rounds += report.Rounds.Length;
        }

        return (verified, rounds);
    }

    private static string Describe(SimulationOutcome run, bool exact, bool verified, int rounds)
    {
        StringBuilder text = new();
        text.Append('\n').Append(SimulationText.Of(run)).Append('\n');
        Line($"report      {run.Settings.Report!.FullName}");
        Line(
            $"equality    {(exact ? "each opened sum equals the integer sum in the clear, and both runs end with the same weights" : "A SUM OR THE WEIGHTS DIFFER")}");
        Line(
            $"transcript  {run.Transcripts.Count} transcripts of {rounds} sums {(verified ? "verify, the sums recomputed from the ciphertexts" : "DO NOT VERIFY")}; by hand:");
        (string transcript, string ciphertexts) = run.Transcripts.MaxBy(pair => new FileInfo(pair.Transcript).Length);
        Line(
            $"            {Invocation.Name} verify {Invocation.Quote(transcript)} --ciphertexts {Invocation.Quote(ciphertexts)}");
        Line(
            $"unprotected all parties ran in this one process, so whoever runs it could open any client; apart, {(run.Settings.Suite == SumSuite.JointKey ? "one client" : "two colluding key holders")} and the server could");
        Line($"next        put your own CSV files in the place of these, and name their label column:");
        Line($"            {NextCommand(run.Settings.Sites.Data, HospitalGenerator.Label)}");
        return text.ToString();

        void Line(FormattableString line) => text.Append(line.ToString(CultureInfo.InvariantCulture)).Append('\n');
    }
}
