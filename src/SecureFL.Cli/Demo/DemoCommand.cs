using System.CommandLine;
using SecureFL.Cli.Shell;
using SecureFL.Cli.Training;
using SecureFL.Consortium.Plans.Descriptions;

namespace SecureFL.Cli.Demo;

/// <summary><c>demo</c>: the main job in one command, without arguments.</summary>
internal static class DemoCommand
{
    internal static Command Create()
    {
        Option<FileInfo?> json = new("--json")
        {
            Description = "write {sumIsExact, transcriptVerified, processes, seconds, reportPath} to this file; with "
                    + "--malicious-server who noticed what, and what was opened",
            HelpName = "FILE"
        };
        Option<DirectoryInfo?> output = new("--output")
        {
            Description =
                    "where tables, identities, state, logs, models, transcripts and ciphertexts go: an empty "
                    + "folder; one in the temporary directory by default",
            HelpName = "FOLDER"
        };
        Option<bool> overwrite = new("--overwrite")
        { Description = "remove what an earlier demo left in the --output folder first" };
        Option<bool> inProcess = new("--in-process")
        { Description = "all roles in this one process, with a report and the comparison with plaintext floats" };
        Option<string?> malicious = new("--malicious-server")
        {
            Description =
                    $"the server lies in one way, until a party notices: "
                    + $"{string.Join(", ", ServerLie.All.Select(lie => lie.Kind))}; list says what they are",
            HelpName = "KIND"
        };
        Option<string> suite = SuiteOptions.Suite();
        Option<string> wire = SuiteOptions.Wire();
        Option<string?> training = new("--training")
        {
            Description = "train as this file says (JSON, see docs/training.md) instead of as the demonstration does",
            HelpName = "FILE"
        };
        Command command = new(
            "demo",
            "A server, four hospitals, whose tables are generated here, and three key holders (two needed) run as "
            + "processes over mutual TLS and train one model; the final weights are compared with training in the "
            + "clear, and the transcript is verified.")
        {
            json,
            output,
            overwrite,
            inProcess,
            malicious,
            suite,
            wire,
            training,
        };
        command.SetAction(async (result, cancellationToken) =>
        {
            SumSettings sum = SuiteOptions.SumOf(result, suite, wire);
            if (result.GetValue(malicious) == "list")
            {
                await Console.Out.WriteLineAsync(string.Join('\n', ServerLie.Lines)).ConfigureAwait(false);
                return (int)ExitCode.Ok;
            }

            ServerLie? lie = result.GetValue(malicious) is string kind ? ServerLie.Of(kind) : null;
            DirectoryInfo folder = result.GetValue(output) ?? Directory.CreateTempSubdirectory("securefl-demo-");
            DemoFolder.Take(folder, result.GetValue(overwrite));
            if (lie is not null)
            {
                MaliciousOutcome end = await new MaliciousDemo(lie, folder, sum, result.GetValue(training))
                    .RunAsync(cancellationToken).ConfigureAwait(false);
                JsonOutput.Write(result.GetValue(json), end);
                return (int)(end.HasFailed ? ExitCode.Ok : ExitCode.Integrity);
            }

            DemoOutcome outcome = result.GetValue(inProcess)
                ? await new HospitalDemo(folder, sum, result.GetValue(training))
                    .RunAsync(cancellationToken).ConfigureAwait(false)
                : await new ProcessDemo(folder, sum, result.GetValue(training))
                    .RunAsync(cancellationToken).ConfigureAwait(false);
            JsonOutput.Write(result.GetValue(json), outcome);
            return (int)(outcome is { SumIsExact: true, TranscriptVerified: true } ? ExitCode.Ok : ExitCode.Integrity);
        });
        return Examples.Of(
            command,
            """
            securefl demo
            securefl demo --output demo --json demo.json
            securefl demo --in-process
            securefl demo --suite joint-key --wire seal
            securefl demo --malicious-server invented-model
            securefl demo --malicious-server list
            """);
    }
}

/// <summary>What the demo's JSON holds.</summary>
internal sealed record DemoOutcome(bool SumIsExact, bool TranscriptVerified, int Processes, double Seconds,
    string ReportPath);
