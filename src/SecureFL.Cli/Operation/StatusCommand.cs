using System.CommandLine;
using Google.Protobuf;
using SecureFL.Cli.Shell;
using SecureFL.Transport.Contracts;
using Spectre.Console;

namespace SecureFL.Cli.Operation;

/// <summary><c>status</c>: rounds, who is missing, bytes.</summary>
internal static class StatusCommand
{
    internal static Command Create()
    {
        OperatorOptions connection = new();
        Option<bool> watch = new("--watch") { Description = "show it again every second until interrupted" };
        Option<bool> json = new("--json") { Description = "as one JSON object a line" };
        Command command = new("status", "Show a server's rounds, who is missing, and bytes, as an operator.")
            { watch, json };
        connection.AddTo(command);
        command.SetAction((result, cancellationToken) => connection.CallAsync(result, async link =>
        {
            IAnsiConsole console = Terminal.OutputTables();
            while (true)
            {
                StatusReply reply = await link.GetStatusAsync(cancellationToken).ConfigureAwait(false);
                if (result.GetValue(json))
                {
                    Console.Out.WriteLine(JsonFormatter.Default.Format(reply));
                }
                else
                {
                    if (result.GetValue(watch) && !Console.IsOutputRedirected)
                    {
                        console.Clear();
                    }

                    console.Write(StatusText.Table(reply, DateTimeOffset.UtcNow));
                }

                if (!result.GetValue(watch) || reply.Current.Phase == RoundPhase.Ended)
                {
                    return (int)ExitCode.Ok;
                }

                await Task.Delay(TimeSpan.FromSeconds(1), cancellationToken).ConfigureAwait(false);
            }
        }, cancellationToken));
        return Examples.Of(
            command,
            """
            securefl status --server https://server.example:7443 --identity operator --plan plan.json
            securefl status --server https://server.example:7443 --identity operator --plan plan.json --watch
            """);
    }
}
