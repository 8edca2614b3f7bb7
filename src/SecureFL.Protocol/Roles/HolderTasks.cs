using SecureFL.Messages.Rounds;
using SecureFL.Messages.Violations;
using SecureFL.Messages.Wire;
using SecureFL.Protocol.Plans;

namespace SecureFL.Protocol.Roles;

/// <summary>The table from the type of a task to what a key holder does with it.</summary>
internal static class HolderTasks
{
    public static byte[] Handle(KeyHolder holder, AggregationPlan plan, ReadOnlyMemory<byte> task)
    {
        ReadOnlySpan<byte> bytes = task.Span;
        MessageLimits limits = plan.Limits;
        MessageType type = TypeOf(bytes);
        switch (type)
        {
            case MessageType.RoundOpening:
                holder.HandleOpening(RoundOpening.Parse(bytes, limits));
                return [];
            case MessageType.ShareDelivery:
                return holder.HandleShare(ShareDelivery.Parse(bytes, limits)).Encode();
            case MessageType.CertificateProposal:
                return holder.HandleProposal(CertificateProposal.Parse(bytes, limits)).Encode();
            case MessageType.RoundCertificate:
                return holder.HandleCertificate(RoundCertificate.Parse(bytes, limits)).Encode();
            case MessageType.RoundDeathCertificate:
                holder.HandleRoundDeath(RoundDeathCertificate.Parse(bytes, limits));
                return [];
            case MessageType.LedgerHeadRequest:
                return holder.HandleLedgerHeadRequest(LedgerHeadRequest.Parse(bytes, limits)).Encode();
            case MessageType.LedgerHead:
                holder.HandleLedgerHead(LedgerHead.Parse(bytes, limits));
                return [];
            case MessageType.HolderRequest:
                return Answer(holder, HolderRequest.Parse(bytes, limits), task);
            default:
                return holder.Suite.Handle(type, task) ?? throw Unknown(type);
        }
    }

    public static bool NeedConfirmedLedger(ReadOnlySpan<byte> task) => TypeOf(task) switch
    {
        MessageType.CertificateProposal or MessageType.RoundCertificate => true,
        MessageType.HolderRequest => HolderRequest.WantedBy(task)
            is not (MessageType.KeyDealing or MessageType.SealedKeyShare),
        _ => false,
    };

    private static byte[] Answer(KeyHolder holder, HolderRequest request, ReadOnlyMemory<byte> task) =>
        request.Wanted switch
        {
            MessageType.RoundOpeningEntry =>
                holder.CreateOpeningEntry(request.Context.Round, request.Task, request.Versions).Encode(),
            MessageType.ClosingStatement => holder.CreateClosingStatement(request.Versions).Encode(),
            MessageType.RoundDeath => holder.CreateRoundDeath(request.Context.Round).Encode(),
            _ => holder.Suite.Handle(MessageType.HolderRequest, task) ?? throw Unknown(request.Wanted),
        };

    private static MessageType TypeOf(ReadOnlySpan<byte> task) => task.IsEmpty ? default : (MessageType)task[0];

    private static ProtocolViolationException Unknown(MessageType type) =>
        new(ViolationCode.WrongMessageType, Party.Server, "a task for a key holder of this suite", $"{type}");
}
