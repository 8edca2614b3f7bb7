using System.CommandLine;
using SecureFL.Cli.Shell;
using SecureFL.Transport.Connections;
using SecureFL.Transport.Contracts;

namespace SecureFL.Cli.Operation;

/// <summary><c>round start | close | abort | pause</c>: what an operator may ask of a server.</summary>
internal static class RoundCommand
{
    internal static Command Create()
    {
        Option<uint> rounds = new("--rounds")
        {
            Description = "at most this many rounds, from 1; 0 for as many as the terms say (one, for plain sums)",
            HelpName = "N"
        };
        Command start = Operation("start", "Let rounds start.", [rounds],
            (link, result, token) => link.StartRoundsAsync(result.GetValue(rounds), token), StatusText.Started);
        Option<ulong?> number = new("--round")
        { Description = "the round, from 0; the one under way by default", HelpName = "N" };
        Command close = Operation(
            "close", "Fix the set of the round with the contributions that are there.", [number],
            async (link, result, token) =>
                await link.CloseRoundAsync(await NumberAsync(link, result.GetValue(number), token)
                    .ConfigureAwait(false), token).ConfigureAwait(false));
        Option<ulong?> aborted = new("--round")
        { Description = "the round, from 0; the one under way by default", HelpName = "N" };
        Command abort = Operation(
            "abort", "Ask the key holders to declare the round dead; contributors may then contribute anew.", [aborted],
            async (link, result, token) =>
                await link.AbortRoundAsync(await NumberAsync(link, result.GetValue(aborted), token)
                    .ConfigureAwait(false), token).ConfigureAwait(false));
        Command pause = Operation("pause", "Let no new round start; the one under way goes on.", [],
            (link, _, token) => link.PauseRoundsAsync(token));
        Command command = new("round", "Start, close, abort and pause a server's rounds, as an operator.")
            { start, close, abort, pause };
        return Examples.Of(
            command,
            """
            One round first, while everybody watches, then all the others:
              securefl round start --rounds 1 --server https://server.example:7443 --identity operator --plan plan.json
              securefl round start --server https://server.example:7443 --identity operator --plan plan.json
            A site does not come; the sum is opened without it, if enough others are there:
              securefl round close --server https://server.example:7443 --identity operator --plan plan.json
            """);
    }

    private static Command Operation(string name, string description, Option[] options,
        Func<ServerLink, ParseResult, CancellationToken, Task<StatusReply>> call,
        Func<StatusReply, string>? tell = null)
    {
        OperatorOptions connection = new();
        Command command = new(name, description);
        foreach (Option option in options)
        {
            command.Add(option);
        }

        connection.AddTo(command);
        command.SetAction(async (result, cancellationToken) =>
        {
            StatusReply reply = await connection.CallAsync(result,
                link => call(link, result, cancellationToken), cancellationToken).ConfigureAwait(false);
            Talk.Line((tell ?? StatusText.Line)(reply));
            return (int)ExitCode.Ok;
        });
        return
            Examples.Of(command,
                $"securefl round {name} --server https://server.example:7443 --identity operator --plan plan.json");
    }

    private static async Task<ulong> NumberAsync(ServerLink link, ulong? given, CancellationToken cancellationToken) =>
        given ?? (await link.GetStatusAsync(cancellationToken).ConfigureAwait(false)).Current.Round;
}
