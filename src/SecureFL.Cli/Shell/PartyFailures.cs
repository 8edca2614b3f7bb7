using SecureFL.Client;
using SecureFL.Consortium.Parties;

namespace SecureFL.Cli.Shell;

/// <summary>
/// A party's refusal as a person at the command line sees it: with the options that its hint is about.
/// </summary>
internal static class PartyFailures
{
    private static readonly Dictionary<string, string> Options = new()
    {
        [nameof(ConsortiumPartyOptions.Server)] = "--server",
        [nameof(ConsortiumPartyOptions.IdentityFolder)] = "--identity",
        [nameof(ConsortiumPartyOptions.StateFolder)] = "--state",
        [nameof(ConsortiumPartyOptions.PlanPath)] = "--plan",
        [nameof(ConsortiumPartyOptions.ServerName)] = "--server-name",
        [nameof(ConsortiumPartyOptions.ApprovedPlan)] = "--accept-digest",
        [nameof(FederationClientOptions.DataSet)] = "--data-set",
        [nameof(FederationClientOptions.AcceptRepeated)] = "--accept-repeated",
    };

    /// <summary>The refusal; its exit code is that of what lies behind it, where that has one.</summary>
    internal static CliException Of(PartyException refusal) => new(
        refusal.Code is not (PartyRefusal.ServerUnreachable or PartyRefusal.ServerRefused)
            && refusal.InnerException is Exception fault && Failures.Describe(fault) is CliException known
            ? known.Code : CodeOf(refusal.Code),
        refusal.Message,
        refusal.Options.IsEmpty ? refusal.Hint
            : $"{refusal.Hint} ({string.Join(", ", refusal.Options.Select(option => Options[option]))})");

    private static ExitCode CodeOf(PartyRefusal code) => code switch
    {
        PartyRefusal.PlanNotApproved or PartyRefusal.WrongPlan or PartyRefusal.Certificate
            or PartyRefusal.ServerRefused or PartyRefusal.Protocol or PartyRefusal.Contribution
            => ExitCode.RefusedByPeer,
        PartyRefusal.StateFolder or PartyRefusal.ServerUnreachable => ExitCode.Environment,
        PartyRefusal.StaleLedger => ExitCode.Integrity,
        _ => ExitCode.Usage,
    };
}
