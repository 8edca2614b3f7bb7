using System.CommandLine;
using SecureFL.Cli.Shell;

namespace SecureFL.Cli.Demo;

/// <summary><c>demo</c>: the main job in one command, without arguments.</summary>
internal static class DemoCommand
{
    internal static Command Create()
    {
        Option<FileInfo?> json = new("--json") { Description = "write {sumIsExact, transcriptVerified, processes, seconds} to this file" };
        Option<DirectoryInfo?> output = new("--output") { Description = "where the transcript and the uploads go; a folder in the temporary directory by default" };
        Command command = new("demo", "Four clients encrypt, three key holders (two needed) open nothing but the sum, and the transcript is verified.") { json, output };
        command.SetAction(result =>
        {
            DirectoryInfo folder = result.GetValue(output) ?? Directory.CreateTempSubdirectory("securefl-demo-");
            folder.Create();
            DemoOutcome outcome = new SecureSumDemo(folder).Run();
            JsonOutput.Write(result.GetValue(json), outcome);
            return (int)(outcome is { SumIsExact: true, TranscriptVerified: true } ? ExitCode.Ok : ExitCode.Integrity);
        });
        return command;
    }
}

/// <summary>What the demo's JSON holds.</summary>
internal sealed record DemoOutcome(bool SumIsExact, bool TranscriptVerified, int Processes, double Seconds);
