using SecureFL.Server.Rounds;
using SecureFL.Server.Uploads;
using SecureFL.Transport.Contracts;
using SecureFL.Transport.Identity;
using SecureFL.Transport.Server.Calls;

namespace SecureFL.Server.Services;

/// <summary>What operators call. Thread-safe.</summary>
internal sealed class OperationService(RoundEngine engine, Admission admission, Callers callers, ILogger log)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    public GrpcService Build() => new GrpcServiceBuilder(OperationMethods.Service)
        .Guard(callers.Only(PeerRole.Operator))
        .Unary(OperationMethods.GetStatus, (_, call) => DoAsync(call, () => { }))
        .Unary(OperationMethods.StartRounds,
            (request, call) => Refusals.GuardAsync(call, log, () => StartAsync(request.Rounds, call)))
        .Unary(OperationMethods.CloseRound, (request, call) => DoAsync(call, () => engine.CloseRound(request.Round)))
        .Unary(OperationMethods.AbortRound,
            (request, call) => DoAsync(call,
                () => engine.AbortRound(request.Round, $"asked for by {callers.Of(call).Peer}")))
        .Unary(OperationMethods.PauseRounds, (_, call) => DoAsync(call, engine.Pause))
        .Build();

    // The operator is told of the round that begins, not of the one before it; where that takes longer, because of a
    // pause between rounds or of a key that is made first, of what there is.
    private async Task<StatusReply> StartAsync(uint rounds, GrpcCall call)
    {
        engine.StartRounds(rounds);
        Task patience = Task.Delay(Patience, call.Cancellation);
        for (Task begun = engine.PhaseChanged.Next; !engine.IsRoundUnderWay && !patience.IsCompleted;
            begun = engine.PhaseChanged.Next)
        {
            await Task.WhenAny(begun, patience).ConfigureAwait(false);
        }

        return engine.Status(admission.Reserved);
    }

    private Task<StatusReply> DoAsync(GrpcCall call, Action action) => Refusals.GuardAsync(call, log, () =>
    {
        action();
        return Task.FromResult(engine.Status(admission.Reserved));
    });
}
