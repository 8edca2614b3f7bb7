using Google.Protobuf;
using Grpc.Core;
using SecureFL.Messages.Primitives;
using SecureFL.Transport.Calls;
using SecureFL.Transport.Contracts;
using SecureFL.Transport.Tls;

namespace SecureFL.Transport.Connections;

/// <summary>
/// The server as its clients, key holders and operators call it: every method once, with its time limits. Thread-safe.
/// </summary>
/// <param name="address">The server.</param>
/// <param name="channel">A channel to it; disposed with this object.</param>
/// <param name="headers">What every call carries; null for nothing.</param>
/// <param name="tls">The certificates of the channel; null on plaintext loopback.</param>
internal sealed class ServerLink(
    Uri address, GrpcChannel channel, Metadata? headers = null, TlsSettings? tls = null) : IDisposable
{
    // A short question on a connection that may have to be made first.
    private static readonly TimeSpan Short = TimeSpan.FromSeconds(30);

    /// <summary>The server.</summary>
    internal Uri Address { get; } = address;

    /// <summary>How many servers showed a certificate that was taken.</summary>
    internal int Handshakes => tls?.Taken ?? 0;

    /// <summary>Why the last server was refused; null where none was.</summary>
    internal string? ServerRefusal => tls?.LastRefusal;

    /// <summary>Refuses to call with a certificate that no server takes.</summary>
    /// <exception cref="CertificateRefusedException">It is expired, revoked, or of another authority.</exception>
    internal void RequireOwnCertificate()
    {
        if (tls?.OwnRefusal() is string refusal)
        {
            throw new CertificateRefusedException(refusal,
                "ask the consortium's certificate authority for a new one (securefl identity issue), then securefl "
                + "identity import");
        }
    }

    internal Task<GetPlanReply> GetPlanAsync(CancellationToken cancellationToken) =>
        channel.UnaryAsync(AggregationMethods.GetPlan, new GetPlanRequest(), Question(cancellationToken));

    internal IAsyncEnumerable<RoundState> WatchRoundsAsync(CancellationToken cancellationToken) =>
        channel.ServerStreamingAsync(AggregationMethods.WatchRounds, new WatchRoundsRequest(),
            Stream(cancellationToken), cancellationToken);

    internal Task<GetInvitationReply> GetInvitationAsync(ulong round, CancellationToken cancellationToken) =>
        channel.UnaryAsync(AggregationMethods.GetInvitation, new GetInvitationRequest { Round = round },
            Question(cancellationToken));

    internal IAsyncEnumerable<ModelPart> GetModelAsync(Digest model, ulong offset,
        CancellationToken cancellationToken) =>
        channel.ServerStreamingAsync(
            AggregationMethods.GetModel, new GetModelRequest
            { ModelDigest = ByteString.CopyFrom(model.ToArray()), Offset = offset }, Stream(cancellationToken),
                cancellationToken);

    internal IAsyncEnumerable<ModelPart> GetSumAsync(ulong version, ulong offset,
        CancellationToken cancellationToken) =>
        channel.ServerStreamingAsync(AggregationMethods.GetSum,
            new GetSumRequest { Version = version, Offset = offset }, Stream(cancellationToken), cancellationToken);

    internal Task<UploadState> GetUploadAsync(ulong round, CancellationToken cancellationToken) =>
        channel.UnaryAsync(AggregationMethods.GetUpload, new GetUploadRequest { Round = round },
            Question(cancellationToken));

    internal GrpcDuplexCall<UploadPart, UploadState> Upload(CancellationToken cancellationToken) =>
        channel.Duplex(AggregationMethods.Upload, Stream(cancellationToken));

    internal Task<WithdrawReply> WithdrawAsync(ulong round, CancellationToken cancellationToken) =>
        channel.UnaryAsync(AggregationMethods.Withdraw, new WithdrawRequest { Round = round },
            Question(cancellationToken));

    internal Task<GetRoundDeathReply> GetRoundDeathAsync(ulong round, CancellationToken cancellationToken) =>
        channel.UnaryAsync(AggregationMethods.GetRoundDeath, new GetRoundDeathRequest { Round = round },
            Question(cancellationToken));

    internal Task<GetKeyEpochReply> GetKeyEpochAsync(CancellationToken cancellationToken) =>
        channel.UnaryAsync(AggregationMethods.GetKeyEpoch, new GetKeyEpochRequest(), Question(cancellationToken));

    internal GrpcDuplexCall<HolderMessage, HolderTask> Attend(CancellationToken cancellationToken) =>
        channel.Duplex(KeyHoldingMethods.Attend, Stream(cancellationToken));

    internal Task<StatusReply> GetStatusAsync(CancellationToken cancellationToken) =>
        channel.UnaryAsync(OperationMethods.GetStatus, new GetStatusRequest(), Question(cancellationToken));

    internal Task<StatusReply> StartRoundsAsync(uint rounds, CancellationToken cancellationToken) =>
        channel.UnaryAsync(OperationMethods.StartRounds, new StartRoundsRequest { Rounds = rounds },
            Question(cancellationToken) with { Idempotent = false });

    internal Task<StatusReply> CloseRoundAsync(ulong round, CancellationToken cancellationToken) =>
        channel.UnaryAsync(OperationMethods.CloseRound, new RoundRequest { Round = round },
            Question(cancellationToken) with { Idempotent = false });

    internal Task<StatusReply> AbortRoundAsync(ulong round, CancellationToken cancellationToken) =>
        channel.UnaryAsync(OperationMethods.AbortRound, new RoundRequest { Round = round },
            Question(cancellationToken) with { Idempotent = false });

    internal Task<StatusReply> PauseRoundsAsync(CancellationToken cancellationToken) =>
        channel.UnaryAsync(OperationMethods.PauseRounds, new PauseRoundsRequest(),
            Question(cancellationToken) with { Idempotent = false });

    public void Dispose() => channel.Dispose();

    private GrpcCallOptions Question(CancellationToken cancellationToken) =>
        new() { Timeout = Short, Cancellation = cancellationToken, Headers = headers, Idempotent = true };

    private GrpcCallOptions Stream(CancellationToken cancellationToken) =>
        new() { Cancellation = cancellationToken, Headers = headers };
}
