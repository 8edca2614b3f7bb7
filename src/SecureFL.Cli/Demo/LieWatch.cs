using System.Globalization;
using System.Text.RegularExpressions;
using SecureFL.Cli.Shell;
using SecureFL.Messages.Violations;
using SecureFL.Server.Hosting;
using SecureFL.Transport.Contracts;

namespace SecureFL.Cli.Demo;

/// <summary>The first party that does not go on with a server.</summary>
/// <param name="Party">Its name.</param>
/// <param name="Role">Its role.</param>
/// <param name="Code">The specification's code; null where it ended in another way.</param>
/// <param name="Words">The line in which it says so.</param>
/// <param name="Round">The server's round at that time.</param>
/// <param name="AtEnd">Whether the session had ended by then.</param>
internal sealed record LieNotice(
    string Party, PartyRole Role, ViolationCode? Code, string Words, ulong Round, bool AtEnd);

/// <summary>Watches processes of hospitals and key holders until one of them refuses to go on.</summary>
internal static partial class LieWatch
{
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    /// <summary>The first refusal; null where all hospitals end well, or nothing happens for two minutes.</summary>
    internal static async Task<LieNotice?> FirstAsync(DemoParties parties, AggregationHost host,
        CancellationToken cancellationToken)
    {
        RoundState? last = null;
        long since = 0;
        while (true)
        {
            // Before the parties are looked at: a party that is seen to have ended did so in this round or later.
            RoundState state = host.Engine.StateFor(-1);
            if (Find(parties, state) is { } notice)
            {
                return notice;
            }

            if (host.Completion.IsFaulted)
            {
                await host.Completion.ConfigureAwait(false);
            }

            if (!state.Equals(last))
            {
                (last, since) = (state, TimeProvider.System.GetTimestamp());
            }

            if (parties.Clients.All(client => client.ExitCode == 0)
                || TimeProvider.System.GetElapsedTime(since) > Patience)
            {
                return null;
            }

            await Task.Delay(Poll, cancellationToken).ConfigureAwait(false);
        }
    }

    // A hospital that refuses ends; a key holder refuses one task, and stays for the next server that asks.
    private static LieNotice? Find(DemoParties parties, RoundState state)
    {
        bool atEnd = state.Phase == RoundPhase.Ended;
        foreach (LocalProcess client in parties.Clients.Where(client => client.ExitCode is not null and not 0))
        {
            string words = client.LastWords(20);
            Match refusal = Refused().Match(words);
            return new LieNotice(client.Name, PartyRole.Client, CodeOf(refusal),
                refusal.Success ? refusal.Value : client.LastWords(3).ReplaceLineEndings(" "), state.Round, atEnd);
        }

        foreach (LocalProcess holder in parties.Holders)
        {
            Match refusal = Refused().Match(holder.LastWords(20));
            if (refusal.Success || holder.ExitCode is not null)
            {
                return new LieNotice(holder.Name, PartyRole.KeyHolder, CodeOf(refusal),
                    refusal.Success ? refusal.Value : holder.LastWords(3).ReplaceLineEndings(" "), state.Round, atEnd);
            }
        }

        return null;
    }

    private static ViolationCode? CodeOf(Match refusal) => refusal.Success
        ? (ViolationCode)int.Parse(refusal.Groups["code"].ValueSpan, CultureInfo.InvariantCulture) : null;

    // What a violation of the protocol says of itself.
    [GeneratedRegex(@"[a-z][a-z ]*\d*: expected .*\[(?<code>\d{3}) \w+\]")]
    private static partial Regex Refused();
}
