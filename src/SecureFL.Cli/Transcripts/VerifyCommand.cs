using System.CommandLine;
using SecureFL.Cli.Shell;
using SecureFL.Protocol.Transcripts;
using SecureFL.Storage.Rounds;
using SecureFL.Transport.Formats;

namespace SecureFL.Cli.Transcripts;

/// <summary><c>verify TRANSCRIPT</c>: replays a transcript offline and prints what it proves.</summary>
internal static class VerifyCommand
{
    internal static Command Create()
    {
        Argument<FileInfo> transcript = new("transcript") { Description = "the transcript of a session" };
        Option<DirectoryInfo?> ciphertexts = new("--ciphertexts")
        { Description = "the folder of uploads: the sums are recomputed from them", HelpName = "FOLDER" };
        Option<FileInfo?> json = new("--json") { Description = "write the report to this file", HelpName = "FILE" };
        Command command = new("verify",
            "Check a transcript offline: chain, signatures, quorums and, given the ciphertexts, the sums.")
            { transcript, ciphertexts, json };
        command.SetAction(
            result => Run(result.GetValue(transcript)!, result.GetValue(ciphertexts), result.GetValue(json)));
        return Examples.Of(
            command,
            """
            Any party's copy, on any machine; exit code 5 where it does not verify:
              securefl verify transcript.sfl
            With the uploads that a server kept (--keep-ciphertexts), the sums too:
              securefl verify state/transcript.sfl --ciphertexts state/rounds
            """);
    }

    private static int Run(FileInfo transcript, DirectoryInfo? ciphertexts, FileInfo? json)
    {
        if (ciphertexts is { Exists: false })
        {
            throw new CliException(ExitCode.Environment, $"there is no folder {ciphertexts.FullName}",
                "give the folder that holds round-0, round-1, ...");
        }

        using FileStream stream = OrdinaryFile.Open(transcript.FullName);
        TranscriptReport report = TranscriptVerifier.Verify(stream,
            ciphertexts is null ? null : new CiphertextDirectory(ciphertexts.FullName));
        Console.Out.Write(report.ToText());
        JsonOutput.Write(json, new
        {
            report.IsValid,
            report.IsClosed,
            report.Records,
            Rounds = report.Rounds.Length,
            Fault = report.Fault?.Message
        });
        if (report.IsValid)
        {
            return (int)ExitCode.Ok;
        }

        throw new CliException(ExitCode.Integrity, "the transcript does not verify",
            "compare your copy with another party's; nothing after the fault is to be trusted");
    }
}
