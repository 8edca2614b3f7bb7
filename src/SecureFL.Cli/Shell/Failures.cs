using System.Net.Sockets;
using System.Security.Authentication;
using Grpc.Core;
using SecureFL.Consortium.Parties;
using SecureFL.Consortium.Plans;
using SecureFL.Consortium.Plans.Descriptions;
using SecureFL.Learning.Data;
using SecureFL.Learning.Models;
using SecureFL.Learning.Rounds;
using SecureFL.Messages.Text;
using SecureFL.Messages.Violations;
using SecureFL.Protocol.Plans;
using SecureFL.Protocol.Stores;
using SecureFL.Rlwe.Planning;
using SecureFL.Server.Hosting;
using SecureFL.Transport.Calls;
using SecureFL.Transport.Connections;
using SecureFL.Transport.Formats;

namespace SecureFL.Cli.Shell;

/// <summary>What a person sees of a fault: a line, a hint and an exit code.</summary>
internal static class Failures
{
    /// <summary>How to go on after an interruption.</summary>
    internal static string AfterInterruption { get; set; } = "run the same command again: it goes on where it was";

    /// <summary>Of any fault; what no person can mend is an internal fault.</summary>
    internal static CliException Of(Exception exception) => Describe(exception) ?? InternalFault.Of(exception);

    /// <summary>Null for a fault that no person can mend.</summary>
    internal static CliException? Describe(Exception exception) => exception switch
    {
        CliException failure => failure,
        DescriptionException description => new CliException(ExitCode.Usage, description.Message,
            description.Hint),
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
        PartyException party => PartyFailures.Of(party),
        NewerVersionException newer => new CliException(ExitCode.Usage, newer.Message, "use a newer securefl"),
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
        GrpcException { StatusCode: StatusCode.Unavailable or StatusCode.DeadlineExceeded } away =>
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
}
