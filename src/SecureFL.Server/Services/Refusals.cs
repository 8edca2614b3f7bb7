using System.Globalization;
using Grpc.Core;
using SecureFL.Messages.Violations;
using SecureFL.Server.Rounds;
using SecureFL.Transport.Calls;
using SecureFL.Transport.Server.Calls;

namespace SecureFL.Server.Services;

/// <summary>
/// Turns what goes wrong in a call into its status: the peer's violations with code and text, the session's state, the
/// disk.
/// </summary>
internal static class Refusals
{
    /// <summary>The trailer with the specification's failure class.</summary>
    public const string CodeTrailer = "securefl-code";

    public static async Task<T> GuardAsync<T>(GrpcCall call, ILogger log, Func<Task<T>> work)
    {
        try
        {
            return await work().ConfigureAwait(false);
        }
        catch (ProtocolViolationException violation)
        {
            Log.Violation(log, call.Method, violation.Offender.ToString(), (int)violation.Code);
            ServerMetrics.Refused((int)violation.Code);
            call.Trailers.Add(CodeTrailer, ((int)violation.Code).ToString(CultureInfo.InvariantCulture));
            throw new GrpcException(StatusOf(violation.Code), violation.Message);
        }
        catch (RequestRefusedException refusal)
        {
            throw new GrpcException(refusal.Status, refusal.Message);
        }
        catch (IOException fault)
        {
            // Departed peers are cancellations; what is left is the disk.
            Log.DiskFails(log, fault);
            throw new GrpcException(StatusCode.ResourceExhausted,
                "the server's disk is full or fails; what was acknowledged is safe, try again later");
        }
    }

    public static Task GuardAsync(GrpcCall call, ILogger log, Func<Task> work) => GuardAsync(call, log, async () =>
    {
        await work().ConfigureAwait(false);
        return true;
    });

    internal static StatusCode StatusOf(ViolationCode code) => code switch
    {
        ViolationCode.NotEnrolled => StatusCode.PermissionDenied,
        ViolationCode.DuplicateContribution => StatusCode.AlreadyExists,
        ViolationCode.RoundClosed or ViolationCode.WrongRound or ViolationCode.WrongOpening or ViolationCode.WrongHead
            or ViolationCode.ChunkOrder => StatusCode.FailedPrecondition,
        >= (ViolationCode)200 and < (ViolationCode)300 => StatusCode.FailedPrecondition,
        >= (ViolationCode)500 => StatusCode.FailedPrecondition,
        _ => StatusCode.InvalidArgument,
    };
}
