using System.Globalization;
using System.Net;
using System.Text;
using SecureFL.Cli.Shell;
using SecureFL.Consortium.Plans.Descriptions;
using SecureFL.Protocol.Transcripts;
using SecureFL.Server.Attacks;
using SecureFL.Server.Hosting;
using SecureFL.Server.Rounds;
using SecureFL.Transport.Identity;
using SecureFL.Transport.Tls;

namespace SecureFL.Cli.Demo;

/// <summary>
/// The deployment on one machine with a server that lies in one way, inside this process: the lie is in no program that
/// a consortium runs. Hospitals and key holders are processes as they come, over mutual TLS. It ends when the first of
/// them refuses to go on; then the transcript shows what was opened until then.
/// </summary>
internal sealed class MaliciousDemo(ServerLie lie, DirectoryInfo folder, SumSettings asked, string? training = null)
{
    internal async Task<MaliciousOutcome> RunAsync(CancellationToken cancellationToken)
    {
        long started = TimeProvider.System.GetTimestamp();
        DemoSetup setup = DemoSetup.Create(folder, asked, training);
        using DemoParties parties = new(setup.Consortium, setup.Tables);
        ITampering told = lie.Create(setup.Terms);
        WatchedAttack attack = new(told);
        LieNotice? notice;
        using (PartyIdentity identity = PartyIdentity.Load(setup.Consortium.IdentityOf(DemoConsortium.ServerName)))
        {
            AggregationHost host = await StartAsync(setup.Consortium, parties, identity, attack).ConfigureAwait(false);
            await using (host.ConfigureAwait(false))
            {
                LocalProcess[] others = [.. parties.Holders, .. parties.Clients];
                foreach (LocalProcess process in others)
                {
                    process.Start();
                }

                Talk.Line($"{others.Length + 1} processes: this one, in which the server lies, "
                    + $"{parties.Clients.Count} hospitals, {parties.Holders.Count} key holders");
                Talk.Line($"the server {lie.Tries}");
                notice = await LieWatch.FirstAsync(parties, host, cancellationToken).ConfigureAwait(false);
                foreach (LocalProcess process in others)
                {
                    process.Stop(TimeSpan.FromSeconds(3));
                }
            }
        }

        MaliciousOutcome outcome = Judge(setup, parties, told, attack, notice) with
        {
            Seconds = TimeProvider.System.GetElapsedTime(started).TotalSeconds,
        };
        string text = Describe(parties, outcome);
        await File.WriteAllTextAsync(outcome.ReportPath, text, cancellationToken).ConfigureAwait(false);
        await Console.Out.WriteAsync(text).ConfigureAwait(false);
        return outcome;
    }

    private static Task<AggregationHost> StartAsync(DemoConsortium consortium, DemoParties parties,
        PartyIdentity identity, ITampering attack)
    {
        ServerSettings settings = new()
        {
            StateFolder = consortium.StateOf(DemoConsortium.ServerName),
            Listen = [new IPEndPoint(IPAddress.Loopback, parties.Address.Port)],
            KeepCiphertexts = true,
            StartRounds = true,
            Logs = new LogFile(parties.LogOf(DemoConsortium.ServerName)),
        };
        return AggregationHost.StartAsync(settings, consortium.Plan, identity.Signing, TlsSettings.ForServer(identity),
            new EngineOptions { Tampering = attack }, TimeProvider.System);
    }

    private MaliciousOutcome Judge(DemoSetup setup, DemoParties parties, ITampering told, WatchedAttack attack,
        LieNotice? notice)
    {
        TranscriptReport report = ProcessDemo.Verify(parties);
        int least = setup.Consortium.Plan.Settings.MinClients;
        bool agreed = attack.OpenedRounds.All(opened => report.Rounds.Any(round => round.Round == opened))
            && report.Rounds.All(round => round.Contributors >= least * round.Groups);
        bool taken = setup.Clients.Any(client => File.Exists(parties.ModelOf(client)));
        return new MaliciousOutcome
        {
            Kind = lie.Kind,
            Tries = lie.Tries,
            Party = notice?.Party,
            Role = notice?.Role.ToString(),
            Round = notice?.Round,
            AtEnd = notice?.AtEnd ?? false,
            Code = (int?)notice?.Code,
            CodeName = notice?.Code?.ToString(),
            Words = notice?.Words,
            Opened = [.. report.Rounds.Select(round => new OpenedRound(round.Round, round.Contributors, round.Groups))],
            OnlyAgreedOpened = agreed,
            OneHospitalRead = ServerLie.HasWon(told),
            ModelTaken = taken,
            TranscriptVerified = report.IsValid && report.Rounds.All(round => round.SumRecomputed),
            NoticedAsExpected = notice is not null && notice.Code == lie.Code && notice.Role == lie.By,
            ReportPath = Path.Combine(folder.FullName, "report.txt"),
        };
    }

    private string Describe(DemoParties parties, MaliciousOutcome outcome)
    {
        StringBuilder text = new();
        Line($"tried       {lie.Kind}: the server {lie.Tries}");
        if (outcome.Party is null)
        {
            Line($"noticed     BY NOBODY");
        }
        else
        {
            Line(
                $"noticed     by {outcome.Party}, a {(outcome.Role == nameof(Messages.Violations.PartyRole.Client) ? "hospital" : "key holder")}, {(outcome.AtEnd ? "at the end, after" : "in")} round {outcome.Round}; the others were stopped");
            Line(
                $"code        {(outcome.Code is null ? "NONE" : $"{outcome.Code} {outcome.CodeName}")}{(outcome.NoticedAsExpected ? "" : $", EXPECTED WAS {(int)lie.Code} {lie.Code}")}");
            Line($"its words   {outcome.Words}");
        }

        Line($"opened      {OpenedText(outcome)}");
        if (outcome.OneHospitalRead)
        {
            Line($"            OUT OF THEM THE SERVER HAS READ WHAT ONE HOSPITAL CONTRIBUTED");
        }

        Line($"models      {(outcome.ModelTaken ? "A HOSPITAL HAS TAKEN ONE HOME" : "no hospital has taken one home")}");
        Line(
            $"transcript  as far as it goes, {outcome.Opened.Count} decided rounds {(outcome.TranscriptVerified ? "verify, the sums recomputed from the ciphertexts" : "DO NOT VERIFY")}; by hand:");
        Line(
            $"            {Invocation.Name} verify {Invocation.Quote(parties.Transcript)} --ciphertexts {Invocation.Quote(parties.Ciphertexts)}");
        Line($"folder      {folder.FullName}: tables, identities, training.json, plan.json, state, logs");
        Line(
            $"outcome     {(outcome.HasFailed ? "the lie was noticed as it should be, and won nothing" : "THE LIE WAS NOT NOTICED AS IT SHOULD BE, OR WON SOMETHING")}; {outcome.Seconds:0.0} s in all");
        return text.ToString();

        void Line(FormattableString line) => text.Append(line.ToString(CultureInfo.InvariantCulture)).Append('\n');
    }

    private static string OpenedText(MaliciousOutcome outcome)
    {
        if (!outcome.OnlyAgreedOpened)
        {
            return "A SUM THAT THE TRANSCRIPT DOES NOT SHOW, OR OF TOO FEW HOSPITALS";
        }

        IEnumerable<string> sums = outcome.Opened.GroupBy(round => (round.Hospitals, round.Groups)).Select(same =>
            string.Create(CultureInfo.InvariantCulture,
                $"{Rounds([.. same.Select(round => round.Round)])}, of {same.Key.Hospitals} hospitals in "
                + $"{(same.Key.Groups == 1 ? "one group" : $"{same.Key.Groups} groups")}"));
        return outcome.Opened.Count == 0 ? "nothing"
            : $"the {(outcome.Opened.Count == 1 ? "sum" : "sums")} of {string.Join("; ", sums)}: agreed on by the key "
            + "holders; no other";
    }

    private static string Rounds(ulong[] rounds) =>
        rounds.Length == 1 ? $"round {rounds[0]}"
        : rounds[^1] - rounds[0] + 1 == (ulong)rounds.Length ? $"rounds {rounds[0]} to {rounds[^1]}"
        : $"rounds {string.Join(", ", rounds)}";
}
