using System.Runtime.ExceptionServices;
using System.Security.Cryptography;
using SecureFL.Consortium.Plans;
using SecureFL.Messages.Text;
using SecureFL.Messages.Violations;
using SecureFL.Protocol.Stores;
using SecureFL.Transport.Calls;
using SecureFL.Transport.Connections;

namespace SecureFL.Consortium.Parties;

/// <summary>Faults of files, calls and messages as callers of a party are told them.</summary>
internal static class PartyFaults
{
    private const string Disk =
        "check that it is this party's and that the disk has room; one process at a time uses a state folder";

    /// <summary>Reads or writes files; what is wrong with them is a refusal of that kind.</summary>
    /// <exception cref="PartyException">A file cannot be used.</exception>
    internal static T OfFiles<T>(PartyRefusal code, string hint, string option, Func<T> work)
    {
        try
        {
            return work();
        }
        catch (Exception fault) when (IsOfFiles(fault))
        {
            throw new PartyException(code, FaultText.Of(fault), hint, fault, option);
        }
    }

    /// <summary>The same for files of the state folder.</summary>
    /// <exception cref="PartyException">A file cannot be used.</exception>
    internal static T OfState<T>(Func<T> work) => OfFiles(PartyRefusal.StateFolder, Disk,
        nameof(ConsortiumPartyOptions.StateFolder), work);

    /// <summary>Takes part; what ends it is a refusal, or what the site's own code threw.</summary>
    /// <exception cref="PartyException">The server, or a file of the state folder, cannot be used.</exception>
    internal static async Task<T> OfWorkAsync<T>(Func<Task<T>> work)
    {
        try
        {
            return await work().ConfigureAwait(false);
        }
        catch (SiteFaultException fault)
        {
            ExceptionDispatchInfo.Throw(fault.InnerException!);
            throw;
        }
        catch (Exception fault) when (RefusalOf(fault) is PartyException refusal)
        {
            throw refusal;
        }
    }

    private static PartyException? RefusalOf(Exception fault) => fault switch
    {
        GrpcException call when Refusal.IsPassing(call) => new PartyException(PartyRefusal.ServerUnreachable,
            call.Message, "check the address, the network, and that the server runs", call),
        GrpcException call => new PartyException(PartyRefusal.ServerRefused, call.Message,
            "the server's log says more; securefl doctor checks certificates and clocks", call),
        CertificateRefusedException certificate => new PartyException(PartyRefusal.Certificate, certificate.Message,
            certificate.Hint, certificate),
        WrongPlanException other => new PartyException(PartyRefusal.WrongPlan, other.Message,
            "give the plan file with the server's words (securefl plan show prints a file's words) and a state folder "
            + "of its own; if this party's plan is the right one, ask who runs the server, or check its address",
            other, nameof(ConsortiumPartyOptions.PlanPath), nameof(ConsortiumPartyOptions.StateFolder),
            nameof(ConsortiumPartyOptions.Server)),
        ProtocolViolationException violation => new PartyException(PartyRefusal.Protocol, violation.Message,
            "the code is explained in protocol-spec", violation),
        StaleLedgerException stale => new PartyException(PartyRefusal.StaleLedger, stale.Message,
            "the ledger was restored from an old copy: this key holder must not go on with it; see docs/consortium.md",
            stale),
        LedgerUnavailableException ledger => new PartyException(PartyRefusal.StateFolder, ledger.Message,
            "check the disk, then start again: what was signed is in the ledger", ledger),
        InvalidDataException damaged => new PartyException(PartyRefusal.StateFolder, FaultText.Of(damaged),
            "restore the machine, not the file: a party must never go on with a shorter memory", damaged),
        _ when IsOfFiles(fault) => new PartyException(PartyRefusal.StateFolder, FaultText.Of(fault), Disk, fault,
            nameof(ConsortiumPartyOptions.StateFolder)),
        _ => null,
    };

    private static bool IsOfFiles(Exception fault) => fault is IOException or UnauthorizedAccessException
        or FormatException or InvalidDataException or CryptographicException or ProtocolViolationException
        or PlanMismatchException;
}
