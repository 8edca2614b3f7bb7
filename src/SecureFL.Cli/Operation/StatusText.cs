using System.Globalization;
using SecureFL.Cli.Shell;
using SecureFL.Learning.Rounds;
using SecureFL.Messages.Text;
using SecureFL.Transport.Contracts;
using Spectre.Console;

namespace SecureFL.Cli.Operation;

/// <summary>A server's status for people.</summary>
internal static class StatusText
{
    /// <summary>One line: the round, its phase, and who is missing.</summary>
    internal static string Line(StatusReply reply)
    {
        RoundState current = reply.Current;
        string[] missing = [.. Missing(reply)];
        string begin = current.Phase switch
        {
            RoundPhase.Ended => "ended",
            RoundPhase.Waiting => reply.RoundsOpened == 0 ? "no round yet" : "between rounds",
            _ => string.Create(CultureInfo.InvariantCulture,
                $"round {current.Round} ({Name(current.Kind)}): {Name(current.Phase)}, {current.Contributions} of "
                + $"{current.Wanted} contributions"),
        };
        return begin
            + (current.Reason.Length > 0 ? $"; {current.Reason}" : "")
            + (missing.Length > 0 ? $"; missing: {string.Join(", ", missing)}" : "");
    }

    /// <summary>The line for who has let rounds start: of the round that begins, not of the one before it.</summary>
    internal static string Started(StatusReply reply) =>
        reply.Current.Phase is RoundPhase.Waiting or RoundPhase.Opened or RoundPhase.Dead or RoundPhase.Spoiled
            ? "rounds may start; the next one has not begun yet, `securefl status` shows it"
            + (reply.Current.Reason.Length > 0 ? $"; {reply.Current.Reason}" : "")
            : Line(reply);

    /// <summary>Everything.</summary>
    internal static Rows Table(StatusReply reply, DateTimeOffset now)
    {
        Table parties = new Table().Border(TableBorder.Simple)
            .AddColumns("party", "connected", "last seen", "waits for", "progress");
        foreach (PartyStatus client in reply.Clients)
        {
            parties.AddRow(
                Cells($"client {client.Name}", client, now,
                    client.Accepted ? "accepted" : client.Chunks > 0
                        ? string.Create(CultureInfo.InvariantCulture, $"{client.Chunks} chunks") : ""));
        }

        foreach (PartyStatus holder in reply.KeyHolders)
        {
            parties.AddRow(Cells($"key holder {holder.Name}", holder, now, ""));
        }

        Table rounds = new Table().Border(TableBorder.Simple)
            .AddColumns("round", "kind", "outcome", "contributors", "upload", "seconds");
        foreach (RoundSummary round in reply.Recent.Reverse().Take(10))
        {
            rounds.AddRow(
                Escape(round.Round.ToString(CultureInfo.InvariantCulture)), Escape(Name(round.Kind)),
                Escape(Name(round.Outcome)),
                Escape(round.Contributors.Count.ToString(CultureInfo.InvariantCulture)),
                Escape(Size(round.UploadBytes)),
                Escape(round.Seconds.ToString("0.0", CultureInfo.InvariantCulture)));
        }

        return new Rows(
            new Text(PrintableText.Line(Line(reply))),
            new Text(string.Create(
                CultureInfo.InvariantCulture,
                $"{reply.RoundsOpened} rounds opened; received {Size(reply.BytesReceived)}, sent "
                + $"{Size(reply.BytesSent)}, in flight {Size(reply.BytesInFlight)}")),
            parties,
            rounds,
            new Text(PrintableText.Lines(Reasons(reply))),
            new Text(PrintableText.Lines(Warnings(reply))),
            new Text(PrintableText.Line(Metrics(reply))));
    }

    private static string Reasons(StatusReply reply) =>
        string.Join('\n', reply.Recent.Where(round => round.Reason.Length > 0).TakeLast(5)
        .Select(
            round => string.Create(CultureInfo.InvariantCulture,
                $"round {round.Round} {Name(round.Outcome)}: {PrintableText.Line(round.Reason)}")));

    private static string Warnings(StatusReply reply) =>
        string.Join('\n', reply.Recent.Where(round => round.Warnings.Count > 0).TakeLast(5)
        .SelectMany(
            round => round.Warnings.Select(
                warning => string.Create(CultureInfo.InvariantCulture,
                    $"warning: round {round.Round}: {PrintableText.Line(warning)}"))));

    // One line of the newest round that measured something; all rounds' numbers are in the JSON form.
    private static string Metrics(StatusReply reply) =>
        reply.Recent.LastOrDefault(round => round.Metrics.Count > 0) is { } round
        ? string.Create(CultureInfo.InvariantCulture,
            $"round {round.Round}: {RoundMetricInfo.Line(round.Metrics.ToDictionary())}")
        : "";

    private static IEnumerable<string> Missing(StatusReply reply) =>
        reply.Clients.Where(client => client.WaitingFor is "its contribution").Select(client => client.Name)
            .Concat(reply.KeyHolders.Where(holder => holder.WaitingFor.Length > 0 || !holder.Connected)
                .Select(holder => $"key holder {holder.Name}"));

    private static string[] Cells(string name, PartyStatus party, DateTimeOffset now, string progress)
    {
        string seen = party.LastSeenUnixMs == 0
            ? "never"
            : string.Create(CultureInfo.InvariantCulture,
                $"{Math.Max(0, (now - DateTimeOffset.FromUnixTimeMilliseconds(party.LastSeenUnixMs)).TotalSeconds):0} s ago");
        return [Escape(name), party.Connected ? "yes" : "no", seen, Escape(party.WaitingFor), Escape(progress)];
    }

    private static string Escape(string text) => Terminal.Cell(text);

    private static string Name<T>(T value)
        where T : struct, Enum => value.ToString().ToLowerInvariant();

    private static string Size(ulong bytes) => bytes switch
    {
        < 10_000 => string.Create(CultureInfo.InvariantCulture, $"{bytes} B"),
        < 10_000_000 => string.Create(CultureInfo.InvariantCulture, $"{bytes / 1024.0:0.0} KiB"),
        < 10_000_000_000 => string.Create(CultureInfo.InvariantCulture, $"{bytes / 1048576.0:0.0} MiB"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{bytes / 1073741824.0:0.0} GiB"),
    };
}
