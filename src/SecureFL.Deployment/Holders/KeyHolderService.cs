using Google.Protobuf;
using Microsoft.Extensions.Logging;
using SecureFL.Aggregation;
using SecureFL.Deployment.Connections;
using SecureFL.Deployment.Contracts;
using SecureFL.Grpc;

namespace SecureFL.Deployment.Holders;

/// <summary>
/// A key holder at work: it connects outwards, proves to itself with its peers' help that its ledger is not behind,
/// takes tasks, answers or refuses them, and comes back for ever when the connection ends. Whatever it signs is durable
/// in its ledger before it leaves. Runs once.
/// </summary>
/// <param name="plan">The plan that the holder's people approved.</param>
/// <param name="holder">The holder on its ledger.</param>
/// <param name="link">The server.</param>
/// <param name="logger">Ids and sizes.</param>
internal sealed class KeyHolderService(AggregationPlan plan, KeyHolder holder, ServerLink link, ILogger logger)
    : IDisposable
{
    // Control messages of a server that asks too early; it asks again when the holder comes back.
    private const int MaxDeferred = 64;

    private readonly ServerGreeting _greeting = new(link);
    private readonly HolderTasks _tasks = new(plan, holder);
    private readonly Queue<HolderTask> _deferred = new();

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

            TimeSpan wait = backoff.Next();
            HolderLog.Disconnected(logger, reason, wait.TotalSeconds);
            await Task.Delay(wait, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _tasks.Dispose();

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
                HolderLog.Attending(logger, link.Address);
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
        if (!confirmed && HolderTasks.NeedsConfirmedLedger(task) && _deferred.Count < MaxDeferred)
        {
            HolderLog.Deferred(logger, task.Id, task.TaskCase.ToString());
            _deferred.Enqueue(task);
            return;
        }

        await SendAsync(call, Respond(task), cancellationToken).ConfigureAwait(false);
        if (confirmed || !holder.IsConfirmed)
        {
            return;
        }

        HolderLog.Confirmed(logger);
        while (_deferred.TryDequeue(out HolderTask? deferred))
        {
            await SendAsync(call, Respond(deferred), cancellationToken).ConfigureAwait(false);
        }
    }

    private HolderMessage Respond(HolderTask task)
    {
        try
        {
            byte[] answer = _tasks.Answer(task);
            HolderLog.Answered(logger, task.Id, task.TaskCase.ToString(), answer.Length);
            return HolderTasks.Done(task.Id, answer);
        }
        catch (ProtocolViolationException fault)
        {
            HolderLog.Refused(logger, task.Id, task.TaskCase.ToString(), FaultText.Of(fault));
            return HolderTasks.Refused(task.Id, fault);
        }
        catch (StaleLedgerException fault) when (!fault.IsBehind)
        {
            HolderLog.Refused(logger, task.Id, task.TaskCase.ToString(), FaultText.Of(fault));
            return HolderTasks.Unable(task.Id, FaultText.Of(fault));
        }
        catch (LedgerUnavailableException fault) when (holder.Ledger.IsUsable)
        {
            HolderLog.Refused(logger, task.Id, task.TaskCase.ToString(), FaultText.Of(fault));
            return HolderTasks.Unable(task.Id, FaultText.Of(fault));
        }
    }
}
