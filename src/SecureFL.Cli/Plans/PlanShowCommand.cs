using System.CommandLine;
using System.Globalization;
using System.Text;
using SecureFL.Cli.Shell;
using SecureFL.Consortium.Plans;
using SecureFL.Messages.Text;
using SecureFL.Protocol.Plans;
using SecureFL.Rlwe.JointKey;

namespace SecureFL.Cli.Plans;

/// <summary><c>plan show</c>: a plan in plain lines, for those who approve it.</summary>
internal static class PlanShowCommand
{
    internal static Command Create()
    {
        Argument<string> plan = PlanCommand.File();
        Command command =
            new("show", "Show a plan in plain lines: who takes part, what is trained, what is protected against whom.")
            { plan };
        command.SetAction(result =>
        {
            Console.Out.Write(TextOf(PlanFile.Load(result.GetValue(plan)!)));
            return (int)ExitCode.Ok;
        });
        return Examples.Of(command, "securefl plan show plan.json");
    }

    internal static string TextOf(PlanFile file)
    {
        PlanSettings s = file.Settings;
        StringBuilder text = new();
        void Line(string name, FormattableString value) =>
            text.Append(TermsText.Line(name, FormattableString.Invariant(value)));
        Line("words", $"{file.SpokenForm}");
        Line("digest", $"{file.Digest}");
        Line("signed", $"{(file.Plan is null ? "not yet" : "by the authority")}");
        Line("consortium",
            $"{file.Consortium}, server {PrintableText.Name(file.ServerName)} (for certificates; not signed)");
        Line("clients", $"{Names(s.Enrolment.Clients)}");
        Line("key holders", $"{Names(s.Enrolment.KeyHolders)}");
        Line("a sum",
            $"of {s.MinClients} to {s.Parameters.MaxClients} clients, {(s.GroupSize == 0 ? "one group" : FormattableString.Invariant($"groups of at least {s.GroupSize}"))}; {s.ColludingClients} client(s) may collude with who sees it");
        Line("opened by",
            $"{s.Threshold} of {s.Enrolment.KeyHolders.Count} key holders; {s.ColludingKeyHolders} may collude with the server{(s.SitesHoldKeys ? "; sites hold keys" : "")}");
        Line("vector",
            $"{s.Parameters.FloatLength} values clipped to {s.Parameters.Clip} at {s.Parameters.Bits} bits, {s.Counters.Counters.Length} counters; {s.Parameters.UploadBytes} bytes a client and round");
        if (s.Parameters.JointKey is { } key)
        {
            Line("suite",
                $"joint-key, {(key.Wire == WireMode.Seal ? "SEAL ciphertexts" : "packed ciphertexts")}; a key opens {key.MaxCoefficientsPerKey / s.Parameters.CoefficientsPerOpening} sums, hidden to 2^-{key.Smudging}");
        }

        if (s.AllowEarlyResubmission || s.Insecure)
        {
            Line("WARNING",
                $"{(s.Insecure ? "minimum rules are waived (insecure) " : "")}{(s.AllowEarlyResubmission ? "early resubmission: the difference of two sums can show one client" : "")}");
        }

        if (file.Terms is { Rounds.DeadlineSeconds: 0 })
        {
            Line("WARNING",
                $"no deadline closes a round: while a site that it needs is away, it waits for an operator to close it");
        }

        if (file.Terms is not TrainingTerms terms)
        {
            Line("training", $"none: plain sums");
            if (file.Sums is SumTerms sums)
            {
                Line("tensors", $"{SumsText(sums)}");
                Line("clipped",
                    $"a site of whose elements more than {sums.MaxClipped:P2} lie beyond their clip sends nothing");
            }

            return text.ToString();
        }

        return text.Append(TermsText.Of(terms)).ToString();
    }

    private static string Names(IReadOnlyList<EnrolledParty> parties)
    {
        const int Most = 20;
        string shown = string.Join(", ", parties.Take(Most).Select(party => PrintableText.Name(party.Name)));
        return string.Create(CultureInfo.InvariantCulture,
            $"{parties.Count}: {shown}{(parties.Count > Most ? ", ..." : "")}");
    }

    private static string SumsText(SumTerms sums)
    {
        if (sums.Tensors.IsEmpty)
        {
            return "one array without a name";
        }

        IEnumerable<string> tensors = sums.Tensors.Select(tensor =>
            string.Create(CultureInfo.InvariantCulture,
                $"{PrintableText.Name(tensor.Name)} "
                + $"({string.Join(" x ", tensor.Shape)}){(tensor.Clip is float clip ? $" clipped to {clip}" : "")}"));
        return
            $"by name: {string.Join(", ", tensors)}{(sums.LeftOut.IsEmpty ? "" : $"; left out: {string.Join(", ", sums.LeftOut.Select(PrintableText.Name))}")}";
    }
}
