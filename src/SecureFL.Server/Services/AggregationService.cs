using System.Runtime.InteropServices;
using Google.Protobuf;
using Grpc.Core;
using SecureFL.Messages.Primitives;
using SecureFL.Protocol.Plans;
using SecureFL.Protocol.Sessions;
using SecureFL.Server.Rounds;
using SecureFL.Server.State;
using SecureFL.Transport.Calls;
using SecureFL.Transport.Contracts;
using SecureFL.Transport.Identity;
using SecureFL.Transport.Server.Calls;
using SecureFL.Transport.Server.Limits;

namespace SecureFL.Server.Services;

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
        .Unary(AggregationMethods.GetPlan, (_, call) => Task.FromResult(Say(call, _plan)))
        .ServerStreaming(AggregationMethods.WatchRounds, (_, responses, call) => WatchAsync(responses, call))
        .Unary(AggregationMethods.GetInvitation,
            (request, call) => Refusals.GuardAsync(call, log, () => Task.FromResult(
                Say(call, Invitation(request.Round, call)))))
        .ServerStreaming(AggregationMethods.GetModel,
            (request, responses, call) => Refusals.GuardAsync(call, log,
                () => SendModelAsync(request, responses, call)))
        .ServerStreaming(AggregationMethods.GetSum,
            (request, responses, call) => Refusals.GuardAsync(call, log, () => SendSumAsync(request, responses, call)))
        .Unary(AggregationMethods.GetUpload,
            (request, call) => Refusals.GuardAsync(call, log,
                () => Task.FromResult(
                    Say(call, engine.Contributions.Progress(request.Round, callers.Of(call).Index)))))
        .Duplex(AggregationMethods.Upload,
            (parts, responses, call) => Refusals.GuardAsync(call, log, () => uploads.TakeAsync(parts, responses, call)),
            uploadLimits)
        .Unary(AggregationMethods.Withdraw,
            (request, call) => Refusals.GuardAsync(call, log, () => uploads.WithdrawAsync(request.Round, call)))
        .Unary(AggregationMethods.GetRoundDeath,
            (request, call) => Refusals.GuardAsync(call, log, () => Task.FromResult(Say(call, Death(request.Round)))))
        .Unary(AggregationMethods.GetKeyEpoch,
            (_, call) => Refusals.GuardAsync(call, log, () => Task.FromResult(Say(call, KeyEpoch()))))
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
                await responses.WriteAsync(engine.Say(caller.Party, state), call.Cancellation).ConfigureAwait(false);
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
                throw new GrpcException(StatusCode.Unavailable, "the server is stopping");
            }
        }
    }

    private async Task SendModelAsync(GetModelRequest request, IGrpcWriter<ModelPart> responses, GrpcCall call)
    {
        if (request.ModelDigest.Length != Digest.Size)
        {
            throw new GrpcException(StatusCode.InvalidArgument,
                $"a model digest of {request.ModelDigest.Length} bytes, due are {Digest.Size}");
        }

        Digest model = new(request.ModelDigest.Span);
        using Stream file = engine.ModelFor(callers.Of(call).Index, model) is float[] other
            ? new MemoryStream(MemoryMarshal.AsBytes<float>(other).ToArray())
            : Open(folder.Model(model), "no such model version is kept");
        await SendAsync(file, request.Offset, responses, call).ConfigureAwait(false);
    }

    private async Task SendSumAsync(GetSumRequest request, IGrpcWriter<ModelPart> responses, GrpcCall call)
    {
        string kept = folder.OpenedSum(request.Version);
        using Stream file = engine.SumFor(callers.Of(call).Index, request.Version, kept) is byte[] other
            ? new MemoryStream(other)
            : Open(kept, $"no sum that made version {request.Version} is kept");
        await SendAsync(file, request.Offset, responses, call).ConfigureAwait(false);
    }

    private async Task SendAsync(Stream file, ulong start, IGrpcWriter<ModelPart> responses, GrpcCall call)
    {
        ulong total = (ulong)file.Length;
        if (start > total)
        {
            throw new GrpcException(StatusCode.OutOfRange, $"offset {start} of {total} bytes");
        }

        file.Position = (long)start;
        byte[] buffer = new byte[(int)Math.Min(PartBytes, Math.Max(1, total - start))];
        do
        {
            ulong offset = (ulong)file.Position;
            int read = await file.ReadAsync(buffer, call.Cancellation).ConfigureAwait(false);
            ModelPart part = new()
            {
                TotalBytes = total,
                Offset = offset,
                Data = UnsafeByteOperations.UnsafeWrap(buffer.AsMemory(0, read))
            };
            await responses.WriteAsync(Say(call, part), call.Cancellation).ConfigureAwait(false);
            engine.CountSent(read);
        }
        while ((ulong)file.Position < total);
    }

    private T Say<T>(GrpcCall call, T message)
        where T : class, IMessage<T> => engine.Say(callers.Of(call).Party, message);

    private static FileStream Open(string path, string missing) => File.Exists(path)
        ? new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete, bufferSize: 0)
        : throw new GrpcException(StatusCode.NotFound, missing);

    private GetInvitationReply Invitation(ulong round, GrpcCall call) => new()
    {
        InvitationMessage = ByteString.CopyFrom(engine.InvitationFor(callers.Of(call).Index, round).Encode()),
    };

    private GetKeyEpochReply KeyEpoch()
    {
        SuiteKey key = engine.Contributions.Key();
        return new GetKeyEpochReply
        {
            RecordMessage = UnsafeByteOperations.UnsafeWrap(key.Record.Encode()),
            PublicKeyMessage = UnsafeByteOperations.UnsafeWrap(key.PublicKey.Encode()),
        };
    }

    private GetRoundDeathReply Death(ulong round) => engine.Contributions.DeathCertificate(round) is { } certificate
        ? new GetRoundDeathReply { DeathCertificateMessage = ByteString.CopyFrom(certificate) }
        : throw new GrpcException(StatusCode.NotFound, $"nothing proves that round {round} will never open");
}
