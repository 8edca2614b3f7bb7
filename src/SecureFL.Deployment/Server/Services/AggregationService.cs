using Google.Protobuf;
using SecureFL.Aggregation;
using SecureFL.Deployment.Contracts;
using SecureFL.Deployment.Identity;
using SecureFL.Deployment.Server.Rounds;
using SecureFL.Deployment.Server.State;
using SecureFL.Grpc;

namespace SecureFL.Deployment.Server.Services;

/// <summary>What clients call. Thread-safe.</summary>
internal sealed class AggregationService(
    AggregationPlan plan, byte[] terms, RoundEngine engine, ServerFolder folder, Callers callers, UploadService uploads,
    ILogger log, CancellationToken stopping)
{
    private const int PartBytes = 1 << 20;
    private static readonly TimeSpan Coalesce = TimeSpan.FromSeconds(1);
    private readonly GetPlanReply _plan = new()
    { PlanMessage = ByteString.CopyFrom(plan.Encode()), Terms = ByteString.CopyFrom(terms) };

    public GrpcService Build(GrpcServerLimits uploadLimits) => new GrpcServiceBuilder(AggregationMethods.Service)
        .Guard(AuthoriseAsync)
        .Unary(AggregationMethods.GetPlan, (_, _) => Task.FromResult(_plan))
        .ServerStreaming(AggregationMethods.WatchRounds, (_, responses, call) => WatchAsync(responses, call))
        .Unary(AggregationMethods.GetInvitation,
            (request, call) => Refusals.GuardAsync(call, log, () => Task.FromResult(
            new GetInvitationReply
            { InvitationMessage = ByteString.CopyFrom(engine.Invitation(request.Round).Encode()) })))
        .ServerStreaming(AggregationMethods.GetModel,
            (request, responses, call) => Refusals.GuardAsync(call, log,
                () => SendModelAsync(request, responses, call)))
        .Unary(AggregationMethods.GetUpload,
            (request, call) => Refusals.GuardAsync(call, log,
                () => Task.FromResult(engine.Upload(request.Round, callers.Of(call).Index))))
        .Duplex(AggregationMethods.Upload,
            (parts, responses, call) => Refusals.GuardAsync(call, log, () => uploads.TakeAsync(parts, responses, call)),
            uploadLimits)
        .Unary(AggregationMethods.Withdraw,
            (request, call) => Refusals.GuardAsync(call, log, () => uploads.WithdrawAsync(request.Round, call)))
        .Unary(AggregationMethods.GetRoundDeath,
            (request, call) => Refusals.GuardAsync(call, log, () => Task.FromResult(Death(request.Round))))
        .Unary(AggregationMethods.GetKeyEpoch,
            (_, call) => Refusals.GuardAsync(call, log, () => Task.FromResult(KeyEpoch())))
        .Build();

    // Plan and progress are for everybody who takes part; invitation, model and uploads are the clients'.
    private ValueTask AuthoriseAsync(GrpcCall call)
    {
        bool open = call.Method == AggregationMethods.GetPlan.Path
            || call.Method == AggregationMethods.WatchRounds.Path;
        callers.Require(call, open ? [PeerRole.Client, PeerRole.KeyHolder, PeerRole.Operator] : [PeerRole.Client]);
        engine.Saw(callers.Of(call).Party);
        return ValueTask.CompletedTask;
    }

    private async Task WatchAsync(IGrpcWriter<RoundState> responses, GrpcCall call)
    {
        Caller caller = callers.Of(call);
        using IDisposable stay = engine.Stay(caller.Party);
        using CancellationTokenSource either =
            CancellationTokenSource.CreateLinkedTokenSource(call.Cancellation, stopping);
        RoundState? told = null;
        while (true)
        {
            Task phase = engine.PhaseChanged.Next;
            Task any = engine.Changed.Next;
            RoundState state = engine.StateFor(caller.Peer.Role == PeerRole.Client ? caller.Index : -1);
            if (!state.Equals(told))
            {
                await responses.WriteAsync(state, call.Cancellation).ConfigureAwait(false);
                told = state;
            }

            if (state.Phase == RoundPhase.Ended)
            {
                return;
            }

            try
            {
                // A change of phase is told at once; counts at most once a second, or a thousand watchers would hear a
                // thousand counts.
                await Task.WhenAny(phase, any).WaitAsync(either.Token).ConfigureAwait(false);
                await Task.WhenAny(phase, Task.Delay(Coalesce, either.Token)).WaitAsync(either.Token)
                    .ConfigureAwait(false);
            }
            catch (OperationCanceledException) when (stopping.IsCancellationRequested
                && !call.Cancellation.IsCancellationRequested)
            {
                throw new GrpcException(GrpcStatusCode.Unavailable, "the server is stopping");
            }
        }
    }

    private async Task SendModelAsync(GetModelRequest request, IGrpcWriter<ModelPart> responses, GrpcCall call)
    {
        if (request.ModelDigest.Length != Digest.Size)
        {
            throw new GrpcException(GrpcStatusCode.InvalidArgument,
                $"a model digest of {request.ModelDigest.Length} bytes, due are {Digest.Size}");
        }

        string path = folder.Model(new Digest(request.ModelDigest.Span));
        if (!File.Exists(path))
        {
            throw new GrpcException(GrpcStatusCode.NotFound, "no such model version is kept");
        }

        using FileStream file = new(path, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete,
            bufferSize: 0);
        ulong total = (ulong)file.Length;
        if (request.Offset > total)
        {
            throw new GrpcException(GrpcStatusCode.OutOfRange, $"offset {request.Offset} of a model of {total} bytes");
        }

        file.Position = (long)request.Offset;
        byte[] buffer = new byte[(int)Math.Min(PartBytes, Math.Max(1, total - request.Offset))];
        do
        {
            ulong offset = (ulong)file.Position;
            int read = await file.ReadAsync(buffer, call.Cancellation).ConfigureAwait(false);
            await responses.WriteAsync(
                new ModelPart
                {
                    TotalBytes = total,
                    Offset = offset,
                    Data = UnsafeByteOperations.UnsafeWrap(buffer.AsMemory(0, read))
                }, call.Cancellation)
                        .ConfigureAwait(false);
            engine.CountSent(read);
        }
        while ((ulong)file.Position < total);
    }

    private GetKeyEpochReply KeyEpoch()
    {
        JointKeyEpoch epoch = engine.KeyEpoch();
        return new GetKeyEpochReply
        {
            RecordMessage = UnsafeByteOperations.UnsafeWrap(epoch.Record.Encode()),
            PublicKeyMessage = UnsafeByteOperations.UnsafeWrap(epoch.PublicKey.Encode()),
        };
    }

    private GetRoundDeathReply Death(ulong round) => engine.DeathCertificate(round) is { } certificate
        ? new GetRoundDeathReply { DeathCertificateMessage = ByteString.CopyFrom(certificate) }
        : throw new GrpcException(GrpcStatusCode.NotFound, $"nothing proves that round {round} will never open");
}
