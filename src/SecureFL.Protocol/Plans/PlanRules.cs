using SecureFL.Messages.Primitives;
using SecureFL.Messages.Text;
using SecureFL.Rlwe.Digests;

namespace SecureFL.Protocol.Plans;

/// <summary>A plan breaks a rule: which, and what would satisfy it.</summary>
public sealed class PlanRefusedException : ArgumentException
{
    internal PlanRefusedException(string rule, string message)
        : base($"plan rule '{rule}': {message}") => Rule = rule;

    /// <summary>The rule's name in the specification.</summary>
    public string Rule { get; }
}

/// <summary>The rules that every plan obeys, in one list.</summary>
internal static class PlanRules
{
    public static (string Rule, string Message)? FirstBroken(PlanSettings s)
    {
        Enrolment e = s.Enrolment;
        int holders = e.KeyHolders.Count;
        int maxClients = s.Parameters.MaxClients;
        Quorum quorum = new(holders, s.Threshold, s.ColludingKeyHolders);
        (bool Holds, string Rule, string Message)[] rules =
        [
            (SuiteTable.Find(s.Suite) is { } suite && suite.HasJointKey == s.Parameters.JointKey is not null, "suite",
                $"the parameters are of another suite than {SuiteTable.Find(s.Suite)?.Name ?? $"{s.Suite}"}"),
            (s.Opener == Opener.Server, "opener",
                "a blind server (opener = clients) is not built; the opener is the server"),
            (holders is >= 1 and <= ProtocolLimits.MaxKeyHolders, "H",
                $"1 to {ProtocolLimits.MaxKeyHolders} key holders, not {holders}"),
            (s.Insecure || s.Threshold >= 2, "t >= 2",
                $"at t = {s.Threshold} a single share is the client's key; choose t = 2 or more"),
            (s.Threshold >= 1 && s.Threshold <= holders, "t <= H",
                $"t = {s.Threshold} of H = {holders} key holders; choose 1 to {holders}"),
            (s.Insecure || s.ColludingKeyHolders >= 1, "f >= 1",
                $"f = {s.ColludingKeyHolders}: a key holder restored from an old image counts towards f, and one would "
                + $"let two sets of a round be opened; f from 1 to {s.Threshold - 1}; add a key holder where one is to "
                + "be allowed to be away"),
            (s.ColludingKeyHolders >= 0 && s.ColludingKeyHolders <= s.Threshold - 1, "f <= t-1",
                $"f = {s.ColludingKeyHolders} with t = {s.Threshold}: that many key holders open any client anyway; "
                + $"f from {(s.Insecure ? 0 : 1)} to {s.Threshold - 1}"),
            (quorum.Votes <= holders, "max(t, q_a) <= H",
                $"agreement needs {quorum.Votes} of {holders} key holders; lower f or add holders"),
            (s.ColludingClients >= (s.Insecure ? 0 : 1), "f_c >= 1",
                $"f_c = {s.ColludingClients}; assume at least one client colludes"),
            (s.Insecure || s.MinClients >= (long)s.ColludingClients + 2, "n_min >= f_c+2",
                $"n_min = {s.MinClients} with f_c = {s.ColludingClients}: n_min at least {(long)s.ColludingClients + 2}"),
            (s.MinClients >= 1, "n_min >= 1", $"n_min = {s.MinClients}"),
            (s.MinClients <= maxClients, "n_min <= n_max", $"n_min = {s.MinClients} with n_max = {maxClients}"),
            (maxClients <= ProtocolLimits.MaxClients, "n_max <= 2^16", $"n_max = {maxClients}"),
            (e.Clients.Count >= s.MinClients && e.Clients.Count <= ProtocolLimits.MaxClients, "enrolled clients",
                $"{e.Clients.Count} enrolled clients; n_min = {s.MinClients} to {ProtocolLimits.MaxClients}"),
            (!(s.SitesHoldKeys || e.SitesHoldKeys) || s.ColludingClients >= s.ColludingKeyHolders,
                "f_c >= f where sites hold keys",
                $"f_c = {s.ColludingClients} with f = {s.ColludingKeyHolders}: a colluding key holder is a "
                + $"colluding client; f_c at least {s.ColludingKeyHolders}"),
            (s.SitesHoldKeys || !e.SitesHoldKeys, "sites hold keys",
                "a site and a key holder share a key or name: the plan must say that sites hold keys"),
            (!e.Authority.Equals(e.Server), "authority", "the plan is signed by someone other than the server"),
            (Distinct(e.Clients), "clients", DistinctText("client", e.Clients)),
            (Distinct(e.KeyHolders), "key holders", DistinctText("key holder", e.KeyHolders)),
            (e.Clients.Concat(e.KeyHolders).All(p => !p.Key.Equals(e.Server)), "server key",
                "the server's key is nobody else's"),
            (s.Rounds is >= 1 and <= ProtocolLimits.MaxRounds, "rounds",
                $"1 to {ProtocolLimits.MaxRounds} rounds, not {s.Rounds}"),
            (s.AgreementWindowSeconds is >= 1 and <= ProtocolLimits.MaxWindowSeconds, "agreement window",
                $"1 to {ProtocolLimits.MaxWindowSeconds} seconds, not {s.AgreementWindowSeconds}"),
            (s.RoundLifeSeconds >= s.AgreementWindowSeconds && s.RoundLifeSeconds <= ProtocolLimits.MaxWindowSeconds,
                "round life", $"the agreement window of {s.AgreementWindowSeconds} to "
                + $"{ProtocolLimits.MaxWindowSeconds} seconds, not {s.RoundLifeSeconds}"),
            (s.BaseVersionWindow is >= 1 and <= ProtocolLimits.MaxBaseVersionWindow, "K",
                $"1 to {ProtocolLimits.MaxBaseVersionWindow} base versions, not {s.BaseVersionWindow}"),
            (s.GroupSize == 0 || s.GroupSize >= s.MinClients, "group size >= n_min",
                $"groups of {s.GroupSize}; 0 (one group) or at least {s.MinClients}"),
            (s.GroupSize == 0 || (2L * s.GroupSize) - 1 <= maxClients, "2 group size - 1 <= n_max",
                $"a derived group has up to {(2L * s.GroupSize) - 1} members, n_max = {maxClients}; groups of at "
                + $"most {(maxClients + 1) / 2}"),
        ];
        foreach ((bool holds, string rule, string message) in rules.Concat(JointKeyRules(s, holders)))
        {
            if (!holds)
            {
                return (rule, message);
            }
        }

        return s.Counters.BrokenRule() is { } broken ? ("counters", broken)
            : LinearDigestBound.Fault(s.Parameters) is { } unbound ? ("digest rule", unbound)
            : s.Counters.ElementCount(s.Parameters.Bits) != s.Parameters.IntegerLength ? ("integer elements",
                $"the counters take {s.Counters.ElementCount(s.Parameters.Bits)} integer elements, the parameters "
                + $"have {s.Parameters.IntegerLength}")
            : null;
    }

    public static bool IsName(string name) => PrintableText.FaultOf(name, ProtocolLimits.MaxNameBytes) is null;

    private static (bool Holds, string Rule, string Message)[] JointKeyRules(PlanSettings s, int holders) =>
        s.Parameters.JointKey is not { } key
        ? []
        :
        [
            (key.KeyHolders == holders && key.Threshold == s.Threshold, "joint key",
                $"the noise is computed for t = {key.Threshold} of H = {key.KeyHolders}, the plan has t = "
                + $"{s.Threshold} of H = {holders}"),
            (key.MaxCoefficientsPerKey >= s.Parameters.CoefficientsPerOpening, "key life",
                $"a joint key decrypts {key.MaxCoefficientsPerKey} coefficients in its life, one sum has "
                + $"{s.Parameters.CoefficientsPerOpening}; plan more rounds a key"),
        ];

    private static string DistinctText(string role, IReadOnlyList<EnrolledParty> parties) =>
        parties.Select(p => (p.Name, Fault: PrintableText.FaultOf(p.Name, ProtocolLimits.MaxNameBytes)))
        .FirstOrDefault(p => p.Fault is not null) is { Fault: { } fault } bad
            ? $"the {role} name {PrintableText.Name(bad.Name)} {fault}"
            : $"{role} names (1 to {ProtocolLimits.MaxNameBytes} bytes) and keys are distinct";

    private static bool Distinct(IReadOnlyList<EnrolledParty> parties) =>
        parties.All(p => IsName(p.Name))
        && parties.Select(p => p.Name).Distinct(StringComparer.Ordinal).Count() == parties.Count
        && parties.Select(p => p.Key).Distinct().Count() == parties.Count;
}
