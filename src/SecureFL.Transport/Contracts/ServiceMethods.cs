using SecureFL.Transport.Calls;

namespace SecureFL.Transport.Contracts;

/// <summary>The methods that clients call.</summary>
internal static class AggregationMethods
{
    internal const string Service = "securefl.v1.Aggregation";

    internal static GrpcMethod<GetPlanRequest, GetPlanReply> GetPlan { get; } =
        new(Service, "GetPlan", GetPlanRequest.Parser, GetPlanReply.Parser);

    internal static GrpcMethod<WatchRoundsRequest, RoundState> WatchRounds { get; } =
        new(Service, "WatchRounds", WatchRoundsRequest.Parser, RoundState.Parser);

    internal static GrpcMethod<GetInvitationRequest, GetInvitationReply> GetInvitation { get; } =
        new(Service, "GetInvitation", GetInvitationRequest.Parser, GetInvitationReply.Parser);

    internal static GrpcMethod<GetModelRequest, ModelPart> GetModel { get; } =
        new(Service, "GetModel", GetModelRequest.Parser, ModelPart.Parser);

    internal static GrpcMethod<GetSumRequest, ModelPart> GetSum { get; } =
        new(Service, "GetSum", GetSumRequest.Parser, ModelPart.Parser);

    internal static GrpcMethod<GetUploadRequest, UploadState> GetUpload { get; } =
        new(Service, "GetUpload", GetUploadRequest.Parser, UploadState.Parser);

    internal static GrpcMethod<UploadPart, UploadState> Upload { get; } =
        new(Service, "Upload", UploadPart.Parser, UploadState.Parser) { ShareRequest = SharedUploadPart.Parse };

    internal static GrpcMethod<WithdrawRequest, WithdrawReply> Withdraw { get; } =
        new(Service, "Withdraw", WithdrawRequest.Parser, WithdrawReply.Parser);

    internal static GrpcMethod<GetRoundDeathRequest, GetRoundDeathReply> GetRoundDeath { get; } =
        new(Service, "GetRoundDeath", GetRoundDeathRequest.Parser, GetRoundDeathReply.Parser);

    internal static GrpcMethod<GetKeyEpochRequest, GetKeyEpochReply> GetKeyEpoch { get; } =
        new(Service, "GetKeyEpoch", GetKeyEpochRequest.Parser, GetKeyEpochReply.Parser);
}

/// <summary>The method that key holders call.</summary>
internal static class KeyHoldingMethods
{
    internal const string Service = "securefl.v1.KeyHolding";

    internal static GrpcMethod<HolderMessage, HolderTask> Attend { get; } =
        new(Service, "Attend", HolderMessage.Parser, HolderTask.Parser);
}

/// <summary>The methods that operators call.</summary>
internal static class OperationMethods
{
    internal const string Service = "securefl.v1.Operation";

    internal static GrpcMethod<GetStatusRequest, StatusReply> GetStatus { get; } =
        new(Service, "GetStatus", GetStatusRequest.Parser, StatusReply.Parser);

    internal static GrpcMethod<StartRoundsRequest, StatusReply> StartRounds { get; } =
        new(Service, "StartRounds", StartRoundsRequest.Parser, StatusReply.Parser);

    internal static GrpcMethod<RoundRequest, StatusReply> CloseRound { get; } =
        new(Service, "CloseRound", RoundRequest.Parser, StatusReply.Parser);

    internal static GrpcMethod<RoundRequest, StatusReply> AbortRound { get; } =
        new(Service, "AbortRound", RoundRequest.Parser, StatusReply.Parser);

    internal static GrpcMethod<PauseRoundsRequest, StatusReply> PauseRounds { get; } =
        new(Service, "PauseRounds", PauseRoundsRequest.Parser, StatusReply.Parser);
}
