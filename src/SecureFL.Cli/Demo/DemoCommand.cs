using System.CommandLine;
using SecureFL.Cli.Shell;
using SecureFL.Cli.Simulate;

namespace SecureFL.Cli.Demo;

/// <summary><c>demo</c>: the main job in one command, without arguments.</summary>
internal static class DemoCommand
{
    internal static Command Create()
    {
        Option<FileInfo?> json = new("--json") { Description = "write {sumIsExact, transcriptVerified, processes, seconds, reportPath} to this file" };
        Option<DirectoryInfo?> output = new("--output") { Description = "where tables, model, report, transcripts and ciphertexts go; a folder in the temporary directory by default" };
        Option<string> suite = SimulateOptions.Choice("--suite", "one-time-key", "how updates are encrypted: joint-key is multiparty CKKS under one key of all key holders", "one-time-key", "joint-key");
        Command command = new(
            "demo",
            "Four hospitals, whose tables are generated here, train one model encrypted and once more in the clear; three key holders (two needed) open nothing but the sums, and the transcripts are verified.")
        {
            json,
            output,
            suite,
        };
        command.SetAction(async (result, cancellationToken) =>
        {
            DirectoryInfo folder = result.GetValue(output) ?? Directory.CreateTempSubdirectory("securefl-demo-");
            folder.Create();
            DemoOutcome outcome = await new HospitalDemo(folder, SimulateOptions.SuiteOf(result.GetValue(suite))).RunAsync(cancellationToken).ConfigureAwait(false);
            JsonOutput.Write(result.GetValue(json), outcome);
            return (int)(outcome is { SumIsExact: true, TranscriptVerified: true } ? ExitCode.Ok : ExitCode.Integrity);
        });
        return command;
    }
}

/// <summary>What the demo's JSON holds.</summary>
internal sealed record DemoOutcome(bool SumIsExact, bool TranscriptVerified, int Processes, double Seconds, string ReportPath);
