using Google.Protobuf;
using Microsoft.Extensions.Logging;
using SecureFL.KeyHolder.Reporting;
using SecureFL.Messages.Rounds;
using SecureFL.Messages.Text;
using SecureFL.Messages.Violations;
using SecureFL.Messages.Wire;
using SecureFL.Protocol.Plans;
using SecureFL.Protocol.Roles;
using SecureFL.Protocol.Stores;
using SecureFL.Transport.Calls;
using SecureFL.Transport.Connections;
using SecureFL.Transport.Contracts;

namespace SecureFL.KeyHolder.Attending;

/// <summary>
/// A key holder at work: it connects outwards, proves to itself with its peers' help that its ledger is not behind,
/// takes tasks, answers or refuses them, and comes back for ever when the connection ends. Whatever it signs is durable
/// in its ledger before it leaves. Runs once.
/// </summary>
/// <param name="plan">The plan that the holder's people approved.</param>
/// <param name="holder">The holder on its ledger.</param>
/// <param name="link">The server.</param>
/// <param name="logger">Ids and sizes.</param>
/// <param name="progress">Told of every step; null for nobody.</param>
internal sealed class KeyHolderService(
    AggregationPlan plan, Protocol.Roles.KeyHolder holder, ServerLink link, ILogger logger,
    IProgress<KeyHolderProgress>? progress = null)
{
    // Control messages of a server that asks too early; it asks again when the holder comes back.
    private const int MaxDeferred = 64;

    private readonly ServerGreeting _greeting = new(link);
    private readonly Queue<HolderTask> _deferred = new();
    private DateTimeOffset? _since;

    /// <summary>Runs until it is cancelled.</summary>
    /// <exception cref="StaleLedgerException">A peer shows a signature that the ledger does not know: it was restored
    /// from an old copy.</exception>
    /// <exception cref="LedgerUnavailableException">A write to the ledger failed.</exception>
    /// <exception cref="WrongPlanException">The server runs another plan.</exception>
    /// <exception cref="CertificateRefusedException">One side does not take the other's certificate.</exception>
    /// <exception cref="GrpcException">The server refuses this holder for good.</exception>
    internal async Task RunAsync(CancellationToken cancellationToken)
    {
        HolderLog.Started(logger, holder.Index, plan.Digest.ToShortString(), holder.Ledger.Count);
        using CancellationTokenSource end = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        Task[] both = [AttendAsync(end.Token), EndExpiredRoundsAsync(end.Token)];
        try
        {
            await (await Task.WhenAny(both).ConfigureAwait(false)).ConfigureAwait(false);
        }
        finally
        {
            await end.CancelAsync().ConfigureAwait(false);
            await Task.WhenAll(both).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    // Whether a server asks or not: what a thief of the disk finds has an end of life.
    private async Task EndExpiredRoundsAsync(CancellationToken cancellationToken)
    {
        TimeSpan pause = TimeSpan.FromSeconds(Math.Clamp(plan.Settings.RoundLifeSeconds / 10.0, 1, 60));
        while (true)
        {
            foreach (ulong round in holder.EndExpiredRounds())
            {
                HolderLog.Expired(logger, round);
            }

            await Task.Delay(pause, cancellationToken).ConfigureAwait(false);
        }
    }

    private async Task AttendAsync(CancellationToken cancellationToken)
    {
        Backoff backoff = new();
        while (true)
        {
            string reason;
            try
            {
                await AttendAsync(backoff, cancellationToken).ConfigureAwait(false);
                reason = "the server closed it";
            }
            catch (GrpcException fault) when (!Refusal.IsOfThisParty(fault))
            {
                cancellationToken.ThrowIfCancellationRequested();
                reason = FaultText.Of(fault);
            }

            _since ??= DateTimeOffset.UtcNow;
            TimeSpan wait = backoff.Next();
            HolderLog.Disconnected(logger, reason, wait.TotalSeconds);
            progress?.Report(new KeyHolderProgress(KeyHolderStage.Waiting, reason) { Since = _since });
            await Task.Delay(wait, cancellationToken).ConfigureAwait(false);
        }
    }

    private async Task AttendAsync(Backoff backoff, CancellationToken cancellationToken)
    {
        await _greeting.RequireSamePlanAsync(plan.Digest, cancellationToken).ConfigureAwait(false);
        await using GrpcDuplexCall<HolderMessage, HolderTask> call = link.Attend(cancellationToken);
        _deferred.Clear();
        await SendAsync(
            call,
            new HolderMessage
            {
                Hello = new HolderHello
                {
                    PlanDigest = ByteString.CopyFrom(plan.Digest.ToArray()),
                    KnownVersions = (ulong)holder.KnownVersions
                }
            },
            cancellationToken).ConfigureAwait(false);
        if (!holder.IsConfirmed)
        {
            // Once a stream: the server shows it to peers that come later, too, and a fresh nonce makes those answer
            // who answered before.
            byte[] request = holder.CreateLedgerHeadRequest().Encode();
            await SendAsync(call, new HolderMessage { LedgerHeadRequestMessage = ByteString.CopyFrom(request) },
                cancellationToken).ConfigureAwait(false);
        }

        await foreach (HolderTask task in call.Responses.WithCancellation(cancellationToken).ConfigureAwait(false))
        {
            if (backoff.Reset())
            {
                _since = null;
                HolderLog.Attending(logger, link.Address);
                progress?.Report(new KeyHolderProgress(KeyHolderStage.Attending, link.Address.ToString()));
            }

            await TakeAsync(call, task, cancellationToken).ConfigureAwait(false);
        }
    }

    // A call that has ended refuses messages; why it has ended is at the end of its responses.
    private static async Task SendAsync(GrpcDuplexCall<HolderMessage, HolderTask> call, HolderMessage message,
        CancellationToken cancellationToken)
    {
        try
        {
            await call.Requests.WriteAsync(message, cancellationToken).ConfigureAwait(false);
        }
        catch (GrpcException)
        {
        }
    }

    private async Task TakeAsync(GrpcDuplexCall<HolderMessage, HolderTask> call, HolderTask task,
        CancellationToken cancellationToken)
    {
        bool confirmed = holder.IsConfirmed;
        if (!confirmed && Protocol.Roles.KeyHolder.NeedsConfirmedLedger(task.Message.Span)
            && _deferred.Count < MaxDeferred)
        {
            HolderLog.Deferred(logger, task.Id, NameOf(task));
            _deferred.Enqueue(task);
            return;
        }

        await SendAsync(call, Respond(task), cancellationToken).ConfigureAwait(false);
        if (confirmed || !holder.IsConfirmed)
        {
            return;
        }

        HolderLog.Confirmed(logger);
        progress?.Report(new KeyHolderProgress(KeyHolderStage.Confirmed, "the ledger is not behind"));
        while (_deferred.TryDequeue(out HolderTask? deferred))
        {
            await SendAsync(call, Respond(deferred), cancellationToken).ConfigureAwait(false);
        }
    }

    private HolderMessage Respond(HolderTask task)
    {
        try
        {
            byte[] answer = holder.Handle(task.Message.Memory);
            HolderLog.Answered(logger, task.Id, NameOf(task), answer.Length);
            progress?.Report(new KeyHolderProgress(KeyHolderStage.Answered, NameOf(task)));
            return Done(task.Id, answer);
        }
        catch (ProtocolViolationException fault)
        {
            Refuse(task, FaultText.Of(fault));
            return Refused(task.Id, fault);
        }
        catch (StaleLedgerException fault) when (!fault.IsBehind)
        {
            Refuse(task, FaultText.Of(fault));
            return Unable(task.Id, FaultText.Of(fault));
        }
        catch (LedgerUnavailableException fault) when (holder.Ledger.IsUsable)
        {
            Refuse(task, FaultText.Of(fault));
            return Unable(task.Id, FaultText.Of(fault));
        }
    }

    private void Refuse(HolderTask task, string detail)
    {
        HolderLog.Refused(logger, task.Id, NameOf(task), detail);
        progress?.Report(new KeyHolderProgress(KeyHolderStage.Refused, detail));
    }

    private static string NameOf(HolderTask task) => task.Message.IsEmpty ? "nothing"
        : (MessageType)task.Message[0] == MessageType.HolderRequest
        ? HolderRequest.WantedBy(task.Message.Span).ToTaskWords(asked: true)
        : ((MessageType)task.Message[0]).ToTaskWords(asked: false);

    private static HolderMessage Done(ulong id, byte[] answer) =>
        new() { Answer = new HolderAnswer { Id = id, AnswerMessage = UnsafeByteOperations.UnsafeWrap(answer) } };

    private static HolderMessage Refused(ulong id, ProtocolViolationException fault) =>
        new() { Refusal = new HolderRefusal { Id = id, Code = (uint)fault.Code, Detail = fault.Message } };

    private static HolderMessage Unable(ulong id, string detail) =>
        new() { Refusal = new HolderRefusal { Id = id, Code = 0, Detail = detail } };
}
