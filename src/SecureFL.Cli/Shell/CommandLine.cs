using System.CommandLine;
using System.CommandLine.Parsing;
using SecureFL.Aggregation;
using SecureFL.Cli.Configuration;
using SecureFL.Deployment.Clients;
using SecureFL.Deployment.Formats;
using SecureFL.Deployment.Plans;
using SecureFL.Encoding.Planning;
using SecureFL.Federated.Data;
using SecureFL.Federated.Models;
using SecureFL.Federated.Rounds;
using SecureFL.Grpc;

namespace SecureFL.Cli.Shell;

/// <summary>Runs a command line: failures become one lower-case line, a hint and an exit code; never a stack trace for what a person can mend.</summary>
internal static class CommandLine
{
    internal static int Run(RootCommand root, IReadOnlyList<string> args)
    {
        try
        {
            ParseResult parsed = root.Parse(new LayeredArguments(root, Environment.GetEnvironmentVariables()).Complete(args));
            return parsed.Errors.Count > 0
                ? Fail(
                    ExitCode.Usage,
                    string.Join("; ", parsed.Errors.Select((error, i) => i == 0 ? error.Message.TrimEnd('.') : LowerFirst(error.Message.TrimEnd('.')))),
                    $"{string.Join(' ', CommandPath(parsed).Prepend("securefl"))} --help shows what it takes")
                : parsed.InvokeAsync(new InvocationConfiguration { EnableDefaultExceptionHandler = false }).GetAwaiter().GetResult();
        }
        catch (Exception exception) when (Describe(exception) is { } failure)
        {
            return Fail(failure.Code, failure.Message, failure.Hint);
        }
    }

    private static CliException? Describe(Exception exception) => exception switch
    {
        CliException failure => failure,
        PlanningException planning => new CliException(ExitCode.Usage, planning.Message, planning.Hint),
        DataFormatException data => new CliException(ExitCode.Usage, data.Message, "securefl check-data shows what is in a file"),
        TrainingDivergedException diverged => new CliException(ExitCode.Usage, diverged.Message, "lower --lr, or scale the features with --normalize"),
        TooFewContributorsException few => new CliException(ExitCode.BelowThreshold, few.Message, "a longer --deadline, more sites a round, or a lower --min-clients"),
        PlanRefusedException plan => new CliException(ExitCode.Usage, plan.Message, "change the plan so that the rule holds"),
        ProtocolViolationException violation => new CliException(
            violation.Code == ViolationCode.GroupBelowMinimum ? ExitCode.BelowThreshold : ExitCode.RefusedByPeer, violation.Message, "the code is explained in protocol-spec"),
        NewerVersionException newer => new CliException(ExitCode.Usage, newer.Message, "use a newer securefl"),
        ContributionRefusedException refused => new CliException(ExitCode.RefusedByPeer, refused.Message, "securefl status shows which round collects contributions"),
        PlanMismatchException plan => new CliException(ExitCode.Integrity, plan.Message, "take the plan from the party that signed it, and compare the digest"),
        StaleLedgerException stale => new CliException(
            ExitCode.Integrity, stale.Message, "the ledger was restored from an old copy: this key holder must not go on with it; see docs/consortium.md"),
        LedgerUnavailableException ledger => new CliException(ExitCode.Environment, ledger.Message, "check the disk, then start again: what was signed is in the ledger"),
        InvalidDataException damaged => new CliException(ExitCode.Integrity, damaged.Message, "restore the machine, not the file: a party must never go on with a shorter memory"),
        GrpcException { Status: GrpcStatusCode.Unavailable or GrpcStatusCode.DeadlineExceeded } away => new CliException(
            ExitCode.Environment, away.Message, "check the address, the network, and that the server runs"),
        GrpcException refusal => new CliException(ExitCode.RefusedByPeer, refusal.Message, "the server's log says more; securefl doctor checks certificates and clocks"),
        FormatException format => new CliException(ExitCode.Usage, format.Message, "check that the file is the one meant, and which program wrote it"),
        FileNotFoundException file => new CliException(ExitCode.Environment, $"there is no file {file.FileName}", "check the path"),
        DirectoryNotFoundException directory => new CliException(ExitCode.Environment, directory.Message, "check the path"),
        UnauthorizedAccessException access => new CliException(ExitCode.Environment, access.Message, "check the owner and the mode of the file"),
        IOException io => new CliException(ExitCode.Environment, io.Message, "check that the disk has room and the path is right"),
        OperationCanceledException => new CliException(ExitCode.Interrupted, "interrupted", "run the same command again: it goes on where it was, simulate with --resume"),
        ArgumentException argument => new CliException(ExitCode.Usage, WithoutParameter(argument), "see --help for what the options take"),
        _ => null,
    };

    private static string WithoutParameter(ArgumentException argument)
    {
        int end = argument.Message.IndexOf(" (Parameter '", StringComparison.Ordinal);
        return end < 0 ? argument.Message : argument.Message[..end];
    }

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

    private static string LowerFirst(string text) => char.ToLowerInvariant(text[0]) + text[1..];

    private static int Fail(ExitCode code, string message, string hint)
    {
        Talk.Line(LowerFirst(message).ReplaceLineEndings(" "));
        Talk.Hint(hint);
        return (int)code;
    }
}
