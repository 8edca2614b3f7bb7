using SecureFL.Cli.Shell;
using SecureFL.Messages.Primitives;
using SecureFL.Protocol.Transcripts;

namespace SecureFL.Cli.Transcripts;

/// <summary>What <c>verify</c> found, held to what was asked for.</summary>
/// <param name="report">What the transcript proves.</param>
/// <param name="plan">Digest of the plan that it must be of; null for any.</param>
/// <param name="requireClosed">Whether it must be closed.</param>
/// <param name="head">The hash that one of its records must have; null for any.</param>
internal sealed class VerifyOutcome(TranscriptReport report, Digest? plan, bool requireClosed, Digest? head)
{
    /// <summary>The first thing that is not as asked; null for none.</summary>
    internal CliException? Failure => Failed switch
    {
        "records" => Refuse("the transcript does not verify",
            "compare your copy with another party's; nothing after the fault is to be trusted"),
        "plan" => Refuse($"the transcript is of plan {report.Plan!.SpokenForm}, not of the one given",
            "ask for the transcript of the plan that you approved"),
        "head" => Refuse($"no record has the hash {head}: this is not a later copy of what was seen before",
            "keep both copies; the server shows different histories, or the copy is an older one"),
        "closed" => Refuse("the transcript is not closed: records after these may be missing",
            "ask again when the session has ended and the key holders have closed the plan"),
        _ => null,
    };

    private string? Failed => !report.IsValid ? "records" : plan is { } digest && report.Plan!.Digest != digest ? "plan"
        : head is not null && !report.HasKnownHead ? "head" : requireClosed && !report.IsClosed ? "closed" : null;

    /// <summary>For programs: what was found, and what of it was and was not checked.</summary>
    internal object ToJson() => new
    {
        Ok = Failed is null,
        Failed,
        report.IsValid,
        report.IsClosed,
        report.Closers,
        PlanDigest = report.Plan?.Digest.ToString(),
        PlanWords = report.Plan?.SpokenForm,
        report.Records,
        Head = report.Head.ToString(),
        Rounds = report.Rounds.Select(round => new
        {
            round.Round,
            round.Contributors,
            round.Groups,
            round.OpenedGroups,
            round.Votes,
            round.Releases,
            round.LyingKeyHolders,
            round.SumRecomputed,
        }),
        report.DeadRounds,
        report.ModelVersions,
        Checked = Checks(done: true),
        NotChecked = Checks(done: false),
        Fault = report.Fault is not { } fault ? null : new
        {
            fault.Record,
            fault.FirstByte,
            fault.LastByte,
            Code = (int)fault.Code,
            Name = fault.Code.ToString(),
            fault.Message,
        },
    };

    private static CliException Refuse(string message, string hint) => new(ExitCode.Integrity, message, hint);

    private IEnumerable<string> Checks(bool done)
    {
        (string Name, bool Done)[] checks =
        [
            ("chain, signatures, quorums", report.IsValid),
            ("no agreed round left out before the last opening", report.IsValid),
            ("no agreed round left out at the end", report is { IsValid: true, IsClosed: true }),
            ("sums", report.IsValid && report.Rounds.All(round => round.SumRecomputed)),
            ("models follow from sums", false),
            ("the plan is the one given", report.IsValid && plan is not null && report.Plan!.Digest == plan),
            ("the head given is there", head is not null && report.HasKnownHead),
        ];
        return checks.Where(check => check.Done == done).Select(check => check.Name);
    }
}
