using Google.Protobuf;
using SecureFL.Aggregation;
using SecureFL.Deployment.Contracts;

namespace SecureFL.Deployment.Holders;

/// <summary>
/// The key holder's answers to the server's tasks. Each task is parsed within the plan's limits before anything is done
/// with it; a repeated one gets the same bytes, because the holder's ledger answers it. Not thread-safe.
/// </summary>
internal sealed class HolderTasks(AggregationPlan plan, KeyHolder holder) : IDisposable
{
    private readonly JointKeyTasks? _jointKey = plan.Settings.Suite == Suite.JointKey
        ? new JointKeyTasks(plan, holder) : null;

    /// <summary>Whether the task needs the peers' word first that the ledger is not behind.</summary>
    internal static bool NeedsConfirmedLedger(HolderTask task) => task.TaskCase
        is HolderTask.TaskOneofCase.CreateEntry or HolderTask.TaskOneofCase.ProposalMessage
        or HolderTask.TaskOneofCase.CertificateMessage or HolderTask.TaskOneofCase.CreateDeath
        or HolderTask.TaskOneofCase.CreateKeyEntry or HolderTask.TaskOneofCase.CreateKeyConfirmation
        or HolderTask.TaskOneofCase.CreatePartialDecryption;

    /// <summary>The answer's canonical message; empty for "done".</summary>
    /// <exception cref="ProtocolViolationException">The task breaks the protocol: it is refused with the
    /// code.</exception>
    internal byte[] Answer(HolderTask task)
    {
        switch (task.TaskCase)
        {
            case HolderTask.TaskOneofCase.CreateEntry:
                ModelVersion[] versions =
                    [.. task.CreateEntry.ModelVersionMessages
                        .Select(message => ModelVersion.Parse(message.Span, plan))];
                return holder.CreateOpeningEntry(task.CreateEntry.Round, versions).Encode();
            case HolderTask.TaskOneofCase.OpeningMessage:
                holder.HandleOpening(RoundOpening.Parse(task.OpeningMessage.Span, plan));
                return [];
            case HolderTask.TaskOneofCase.ShareMessage:
                return holder.HandleShare(ShareDelivery.Parse(task.ShareMessage.Span, plan)).Encode();
            case HolderTask.TaskOneofCase.ProposalMessage:
                return holder.HandleProposal(CertificateProposal.Parse(task.ProposalMessage.Span, plan)).Encode();
            case HolderTask.TaskOneofCase.CertificateMessage:
                return holder.HandleCertificate(RoundCertificate.Parse(task.CertificateMessage.Span, plan)).Encode();
            case HolderTask.TaskOneofCase.CreateDeath:
                return holder.CreateRoundDeath(task.CreateDeath.Round).Encode();
            case HolderTask.TaskOneofCase.DeathCertificateMessage:
                holder.HandleRoundDeath(RoundDeathCertificate.Parse(task.DeathCertificateMessage.Span, plan));
                return [];
            case HolderTask.TaskOneofCase.LedgerHeadRequestMessage:
                return holder.HandleLedgerHeadRequest(LedgerHeadRequest.Parse(task.LedgerHeadRequestMessage.Span, plan))
                    .Encode();
            case HolderTask.TaskOneofCase.LedgerHeadMessage:
                holder.HandleLedgerHead(LedgerHead.Parse(task.LedgerHeadMessage.Span, plan));
                return [];
            default:
                return _jointKey?.Answer(task)
                    ?? throw new ProtocolViolationException(ViolationCode.WrongMessageType, Party.Server,
                        "a task of this version", $"{task.TaskCase}");
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _jointKey?.Dispose();

    internal static HolderMessage Done(ulong id, byte[] answer) =>
        new() { Answer = new HolderAnswer { Id = id, AnswerMessage = ByteString.CopyFrom(answer) } };

    internal static HolderMessage Refused(ulong id, ProtocolViolationException fault) =>
        new() { Refusal = new HolderRefusal { Id = id, Code = (uint)fault.Code, Detail = fault.Message } };

    internal static HolderMessage Unable(ulong id, string detail) =>
        new() { Refusal = new HolderRefusal { Id = id, Code = 0, Detail = detail } };
}
