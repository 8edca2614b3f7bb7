using System.CommandLine;
using System.CommandLine.Parsing;
using System.Net.Sockets;
using System.Security.Authentication;
using SecureFL.Aggregation;
using SecureFL.Cli.Configuration;
using SecureFL.Deployment.Clients;
using SecureFL.Deployment.Connections;
using SecureFL.Deployment.Formats;
using SecureFL.Deployment.Plans;
using SecureFL.Deployment.Plans.Descriptions;
using SecureFL.Deployment.Server.Hosting;
using SecureFL.Encoding.Planning;
using SecureFL.Federated.Data;
using SecureFL.Federated.Models;
using SecureFL.Federated.Rounds;
using SecureFL.Grpc;

namespace SecureFL.Cli.Shell;

/// <summary>
/// Runs a command line: failures become one lower-case line, a hint and an exit code; never a stack trace for what a
/// person can mend.
/// </summary>
internal static class CommandLine
{
    /// <summary>How to go on after an interruption.</summary>
    internal const string AfterInterruption =
        "run the same command again: it goes on where it was, simulate with --resume";

    internal static int Run(RootCommand root, IReadOnlyList<string> args, CancellationToken cancellationToken = default)
    {
        try
        {
            ParseResult parsed = root.Parse(
                new LayeredArguments(root, Environment.GetEnvironmentVariables()).Complete(args));
            return parsed.Errors.Count > 0
                ? Fail(
                    ExitCode.Usage,
                    string.Join("; ", parsed.Errors
                        .Select((error, i) => i == 0 ? Words(error) : LowerFirst(Words(error)))),
                    $"{string.Join(' ', CommandPath(parsed).Prepend("securefl"))} --help shows what it takes")
                : parsed.InvokeAsync(
                    new InvocationConfiguration
                    {
                        EnableDefaultExceptionHandler = false,
                        ProcessTerminationTimeout = null
                    }, cancellationToken).GetAwaiter().GetResult();
        }
        catch (Exception exception)
        {
            CliException failure = FailureOf(exception);
            return Fail(failure.Code, failure.Message, failure.Hint, failure.Details);
        }
    }

    /// <summary>What a person sees of a fault.</summary>
    internal static CliException FailureOf(Exception exception) => Describe(exception) ?? InternalFault.Of(exception);

    internal static CliException? Describe(Exception exception) => exception switch
    {
        CliException failure => failure,
        DescriptionException description => new CliException(ExitCode.Usage, description.Message, description.Hint),
        PlanningException planning => new CliException(ExitCode.Usage, planning.Message, planning.Hint),
        DataFormatException data => new CliException(ExitCode.Usage, data.Message,
            data.WayOut ?? "securefl check-data shows what is in a file"),
        TrainingDivergedException diverged =>
            new CliException(ExitCode.Usage, diverged.Message,
                "lower --lr, scale the features with --normalize, or give more --rounds where the rate has not "
                + "fallen by the last one"),
        TrainerFaultException trainer => new CliException(
            ExitCode.Environment,
            trainer.Message,
            trainer.LastLines.Count == 0
                ? "run the command by hand on one such folder; docs/examples shows what it is given"
                : "the lines above are the program's own; docs/examples shows what it is given",
            trainer.LastLines),
        TooFewContributorsException few =>
            new CliException(ExitCode.BelowThreshold, few.Message,
                "a longer --deadline, more sites a round, or a lower --min-clients"),
        PlanRefusedException plan => new CliException(ExitCode.Usage, plan.Message,
            "change the plan so that the rule holds"),
        ProtocolViolationException violation => new CliException(
            violation.Code == ViolationCode.GroupBelowMinimum ? ExitCode.BelowThreshold : ExitCode.RefusedByPeer,
            violation.Message, "the code is explained in protocol-spec"),
        WrongPlanException other => new CliException(
            ExitCode.RefusedByPeer, other.Message,
            "give the plan file with the server's words (securefl plan show prints a file's words) and a --state "
            + "folder of its own; if this party's plan is the right one, ask who runs the server, or check --server"),
        CertificateRefusedException certificate => new CliException(ExitCode.RefusedByPeer, certificate.Message,
            certificate.Hint),
        NewerVersionException newer => new CliException(ExitCode.Usage, newer.Message, "use a newer securefl"),
        ContributionRefusedException refused =>
            new CliException(ExitCode.RefusedByPeer, refused.Message,
                "securefl status shows which round collects contributions"),
        PlanMismatchException plan => new CliException(ExitCode.Integrity, plan.Message,
            "take the plan from the party that signed it, and compare the digest"),
        StaleLedgerException stale => new CliException(
            ExitCode.Integrity, stale.Message,
            "the ledger was restored from an old copy: this key holder must not go on with it; see docs/consortium.md"),
        LedgerUnavailableException ledger =>
            new CliException(ExitCode.Environment, ledger.Message,
                "check the disk, then start again: what was signed is in the ledger"),
        InvalidDataException damaged =>
            new CliException(ExitCode.Integrity, FaultText.Of(damaged),
                "restore the machine, not the file: a party must never go on with a shorter memory"),
        GrpcException { Status: GrpcStatusCode.Unavailable or GrpcStatusCode.DeadlineExceeded } away =>
            new CliException(
            ExitCode.Environment, away.Message, "check the address, the network, and that the server runs"),
        GrpcException refusal => new CliException(ExitCode.RefusedByPeer, refusal.Message,
            "the server's log says more; securefl doctor checks certificates and clocks"),
        FormatException format when FaultText.IsOwn(format) =>
            new CliException(ExitCode.Usage, format.Message,
                "check that the file is the one meant, and which program wrote it"),
        FileNotFoundException or DirectoryNotFoundException or PathTooLongException =>
            new CliException(ExitCode.Environment, FaultText.Of(exception), "check the path"),
        UnauthorizedAccessException access => new CliException(
            ExitCode.Environment, FaultText.Of(access),
            "give a file, or check the owner and the mode of the one that is there"),
        AddressUnavailableException address => new CliException(ExitCode.Environment, address.Message, address.Hint),
        IOException io => new CliException(ExitCode.Environment, FaultText.Of(io),
            "check the path, the disk's room, and that no other process uses the file"),
        OutOfMemoryException memory =>
            new CliException(ExitCode.Environment, FaultText.Of(memory),
                "a smaller file, model or vector, or a machine with more memory"),
        SocketException or HttpRequestException or AuthenticationException => new CliException(
            ExitCode.Environment, FaultText.Of(exception),
            "check the address, the network, and the certificates (securefl doctor)"),
        OperationCanceledException => new CliException(ExitCode.Interrupted, "interrupted", AfterInterruption),
        ArgumentException argument when FaultText.IsOwn(argument)
            || (argument is ArgumentOutOfRangeException { ActualValue: not null }) => new CliException(
            ExitCode.Usage, FaultText.Of(argument), "see --help for what the options take"),
        OverflowException => new CliException(ExitCode.Usage, "a number is too large",
            "see --help for what the options take"),
        AggregateException { InnerException: Exception inner } => Describe(inner),
        _ => null,
    };

    private static Stack<string> CommandPath(ParseResult parsed)
    {
        Stack<string> names = new();
        for (SymbolResult? result = parsed.CommandResult; result?.Parent is not null; result = result.Parent)
        {
            if (result is CommandResult command)
            {
                names.Push(command.Command.Name);
            }
        }

        return names;
    }

    // The parser names types: people know numbers.
    private static string Words(ParseError error)
    {
        string text = error.Message.TrimEnd('.');
        int at = text.IndexOf(" as expected type '", StringComparison.Ordinal);
        if (at < 0)
        {
            return text;
        }

        string type = text[(at + " as expected type '".Length)..].TrimEnd('\'');
        string due = type.Contains("Int", StringComparison.Ordinal)
            ? (type.Contains("UInt", StringComparison.Ordinal) ? "a whole number from 0"
                : "a whole number that is not too large")
            : type.Contains("Double", StringComparison.Ordinal) || type.Contains("Single", StringComparison.Ordinal)
            ? "a number"
            : type.Contains("Boolean", StringComparison.Ordinal) ? "true or false"
            : "another value";
        return
            $"{text[..at].Replace("Cannot parse argument", "cannot take", StringComparison.Ordinal)}: it takes {due}";
    }

    private static string LowerFirst(string text) =>
        text.Length == 0 ? text : char.ToLowerInvariant(text[0]) + text[1..];

    private static int Fail(ExitCode code, string message, string hint, IReadOnlyList<string>? details = null)
    {
        Talk.Line(LowerFirst(message).ReplaceLineEndings(" "));
        foreach (string line in details ?? [])
        {
            Talk.Line($"  | {line}");
        }

        Talk.Hint(hint);
        return (int)code;
    }
}
