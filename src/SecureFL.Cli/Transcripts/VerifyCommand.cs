using System.CommandLine;
using SecureFL.Cli.Shell;
using SecureFL.Consortium.Plans;
using SecureFL.Messages.Primitives;
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
        Option<string?> plan = new("--plan")
        { Description = "the plan that you approved: the transcript must be of it", HelpName = "FILE" };
        Option<bool> closed = new("--require-closed")
        { Description = "refuse a transcript that key holders have not closed: an end may be missing" };
        Option<string?> head = new("--head")
        { Description = "a head that was printed before: this record must be there", HelpName = "HEX" };
        Option<FileInfo?> json = new("--json") { Description = "write the report to this file", HelpName = "FILE" };
        Command command = new("verify",
            "Check a transcript offline: chain, signatures, quorums, rounds that are left out and, given the "
            + "ciphertexts, the sums.")
            { transcript, ciphertexts, plan, closed, head, json };
        command.SetAction(result => Run(new Wanted(
            result.GetValue(transcript)!, result.GetValue(ciphertexts), result.GetValue(plan),
            result.GetValue(closed), HeadOf(result.GetValue(head))), result.GetValue(json)));
        return Examples.Of(
            command,
            """
            Any party's copy, on any machine; exit code 5 where it does not verify, or is not what was asked for:
              securefl verify transcript.sfl
              securefl verify transcript.sfl --plan plan.json --require-closed
            A copy of today still has what you saw last week:
              securefl verify transcript.sfl --head 3f6c...
            With the uploads that a server kept (--keep-ciphertexts), the sums too:
              securefl verify state/transcript.sfl --ciphertexts state/rounds
            """);
    }

    private static int Run(Wanted wanted, FileInfo? json)
    {
        if (wanted.Ciphertexts is { Exists: false } folder)
        {
            throw new CliException(ExitCode.Environment, $"there is no folder {folder.FullName}",
                "give the folder that holds round-0, round-1, ...");
        }

        Digest? plan = wanted.Plan is null ? null : PlanFile.Load(wanted.Plan).Digest;
        using FileStream stream = OrdinaryFile.Open(wanted.Transcript.FullName);
        TranscriptReport report = TranscriptVerifier.Verify(stream,
            wanted.Ciphertexts is null ? null : new CiphertextDirectory(wanted.Ciphertexts.FullName),
            knownHead: wanted.Head);
        VerifyOutcome outcome = new(report, plan, wanted.RequireClosed, wanted.Head);
        Console.Out.Write(report.ToText());
        JsonOutput.Write(json, outcome.ToJson());
        return outcome.Failure is { } failure ? throw failure : (int)ExitCode.Ok;
    }

    private static Digest? HeadOf(string? hexadecimal)
    {
        if (hexadecimal is null)
        {
            return null;
        }

        byte[] bytes = new byte[Digest.Size];
        bool isDigest = hexadecimal.Length == 2 * Digest.Size
            && Convert.FromHexString(hexadecimal, bytes, out _, out _) == System.Buffers.OperationStatus.Done;
        return isDigest ? new Digest(bytes)
            : throw new CliException(ExitCode.Usage, $"--head {hexadecimal} is not 64 hexadecimal digits",
                "give the head that verify printed for an earlier copy");
    }

    private sealed record Wanted(FileInfo Transcript, DirectoryInfo? Ciphertexts, string? Plan, bool RequireClosed,
        Digest? Head);
}
