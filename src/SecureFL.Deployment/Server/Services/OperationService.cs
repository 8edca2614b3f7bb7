using SecureFL.Deployment.Contracts;
using SecureFL.Deployment.Identity;
using SecureFL.Deployment.Server.Rounds;
using SecureFL.Deployment.Server.Uploads;
using SecureFL.Grpc;

namespace SecureFL.Deployment.Server.Services;

/// <summary>What operators call. Thread-safe.</summary>
internal sealed class OperationService(RoundEngine engine, Admission admission, Callers callers, ILogger log)
{
    public GrpcService Build() => new GrpcServiceBuilder(OperationMethods.Service)
        .Guard(callers.Only(PeerRole.Operator))
        .Unary(OperationMethods.GetStatus, (_, call) => DoAsync(call, () => { }))
        .Unary(OperationMethods.StartRounds, (request, call) => DoAsync(call, () => engine.StartRounds(request.Rounds)))
        .Unary(OperationMethods.CloseRound, (request, call) => DoAsync(call, () => engine.CloseRound(request.Round)))
        .Unary(OperationMethods.AbortRound,
            (request, call) => DoAsync(call,
                () => engine.AbortRound(request.Round, $"asked for by {callers.Of(call).Peer}")))
        .Unary(OperationMethods.PauseRounds, (_, call) => DoAsync(call, engine.Pause))
        .Build();

    private Task<StatusReply> DoAsync(GrpcCall call, Action action) => Refusals.GuardAsync(call, log, () =>
    {
        action();
        return Task.FromResult(engine.Status(admission.Reserved));
    });
}
