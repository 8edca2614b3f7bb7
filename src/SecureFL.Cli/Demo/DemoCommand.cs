using System.CommandLine;
using SecureFL.Cli.Shell;

namespace SecureFL.Cli.Demo;

/// <summary><c>demo</c>: the main job in one command, without arguments.</summary>
internal static class DemoCommand
{
    internal static Command Create()
    {
        Option<FileInfo?> json = new("--json") { Description = "write {sumIsExact, transcriptVerified, processes, seconds, reportPath} to this file" };
        Option<DirectoryInfo?> output = new("--output") { Description = "where tables, model, report, transcripts and ciphertexts go; a folder in the temporary directory by default" };
        Command command = new(
            "demo",
            "Four hospitals, whose tables are generated here, train one model encrypted and once more in the clear; three key holders (two needed) open nothing but the sums, and the transcripts are verified.")
        {
            json,
            output,
        };
        command.SetAction(async (result, cancellationToken) =>
        {
            DirectoryInfo folder = result.GetValue(output) ?? Directory.CreateTempSubdirectory("securefl-demo-");
            folder.Create();
            DemoOutcome outcome = await new HospitalDemo(folder).RunAsync(cancellationToken).ConfigureAwait(false);
            JsonOutput.Write(result.GetValue(json), outcome);
            return (int)(outcome is { SumIsExact: true, TranscriptVerified: true } ? ExitCode.Ok : ExitCode.Integrity);
        });
        return command;
    }
}

/// <summary>What the demo's JSON holds.</summary>
internal sealed record DemoOutcome(bool SumIsExact, bool TranscriptVerified, int Processes, double Seconds, string ReportPath);
