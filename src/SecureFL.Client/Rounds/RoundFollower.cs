using Microsoft.Extensions.Logging;
using SecureFL.Client.Logging;
using SecureFL.Client.Reporting;
using SecureFL.Messages.Violations;
using SecureFL.Protocol.Plans;
using SecureFL.Transport.Calls;
using SecureFL.Transport.Connections;
using SecureFL.Transport.Contracts;

namespace SecureFL.Client.Rounds;

/// <summary>
/// Keeps the newest state of the rounds, over as many connections as that takes. Older states that nobody looked at are
/// skipped. Thread-safe.
/// </summary>
/// <param name="plan">The plan that this client's people approved: no other server is followed.</param>
/// <param name="link">The server.</param>
/// <param name="logger">Phases and reconnections.</param>
/// <param name="progress">Told when the server is away and back; null for nobody.</param>
internal sealed class RoundFollower(AggregationPlan plan, ServerLink link, ILogger logger,
    IProgress<ClientProgress>? progress = null)
{
    private readonly ServerGreeting _greeting = new(link);
    private readonly Lock _lock = new();
    private readonly List<(ulong Round, CancellationTokenSource Source)> _stays = [];
    private TaskCompletionSource<RoundState> _next = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private RoundState? _latest;

    /// <summary>Follows until it is cancelled or the session has ended.</summary>
    /// <exception cref="ProtocolViolationException">The server speaks of a round or a model that the plan has not.
    /// </exception>
    /// <exception cref="WrongPlanException">The server runs another plan.</exception>
    /// <exception cref="CertificateRefusedException">One side does not take the other's certificate.</exception>
    /// <exception cref="GrpcException">The server refuses this client for good.</exception>
    internal async Task RunAsync(CancellationToken cancellationToken)
    {
        Backoff backoff = new();
        DateTimeOffset? since = null;
        while (true)
        {
            string reason = "the server closed it";
            try
            {
                await _greeting.RequireSamePlanAsync(plan.Digest, cancellationToken).ConfigureAwait(false);
                await foreach (RoundState state in link.WatchRoundsAsync(cancellationToken)
                    .WithCancellation(cancellationToken).ConfigureAwait(false))
                {
                    RequirePossible(state);
                    backoff.Reset();
                    if (since is not null)
                    {
                        progress?.Report(new ClientProgress(ClientStage.Following, state.Round));
                        since = null;
                    }

                    ClientLog.State(logger, state.Round, state.Phase.ToString(), state.Contributions, state.Wanted);
                    Publish(state);
                    if (state.Phase == RoundPhase.Ended)
                    {
                        return;
                    }
                }
            }
            catch (GrpcException fault) when (!Refusal.IsOfThisParty(fault))
            {
                cancellationToken.ThrowIfCancellationRequested();
                reason = fault.Message;
            }

            since ??= DateTimeOffset.UtcNow;
            progress?.Report(new ClientProgress(ClientStage.Waiting, _latest?.Round ?? 0)
            { Reason = reason, Since = since });
            TimeSpan wait = backoff.Next();
            ClientLog.Disconnected(logger, reason, wait.TotalSeconds);
            await Task.Delay(wait, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>The newest state that is not the one given, as soon as there is one.</summary>
    internal Task<RoundState> NextAsync(RoundState? after, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            return _latest is not null && !ReferenceEquals(_latest, after) ? Task.FromResult(_latest)
                : _next.Task.WaitAsync(cancellationToken);
        }
    }

    /// <summary>
    /// A token that is cancelled once the round no longer collects contributions, or with the one given.
    /// </summary>
    internal RoundStay StayIn(ulong round, CancellationToken cancellationToken)
    {
        CancellationTokenSource source = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        lock (_lock)
        {
            _stays.Add((round, source));
            if (_latest is not null && !IsOpen(_latest, round))
            {
                source.Cancel();
            }
        }

        return new RoundStay(this, source);
    }

    private static bool IsOpen(RoundState state, ulong round) =>
        state.Round == round && state.Phase == RoundPhase.Collecting;

    // Nothing in a state is signed: it is a hint, and what it hints at is within the plan.
    private void RequirePossible(RoundState state)
    {
        ulong rounds = (ulong)plan.Settings.Rounds;
        if (state.Round >= rounds || state.ModelVersion > rounds)
        {
            throw new ProtocolViolationException(ViolationCode.OutOfRange, Party.Server,
                $"a round and a model version of a plan of {rounds} rounds",
                $"round {state.Round} and model version {state.ModelVersion}");
        }
    }

    private void Publish(RoundState state)
    {
        TaskCompletionSource<RoundState> waiting;
        CancellationTokenSource[] left;
        lock (_lock)
        {
            _latest = state;
            waiting = _next;
            _next = new TaskCompletionSource<RoundState>(TaskCreationOptions.RunContinuationsAsynchronously);
            left = [.. _stays.Where(stay => !IsOpen(state, stay.Round)).Select(stay => stay.Source)];
        }

        waiting.SetResult(state);
        foreach (CancellationTokenSource source in left)
        {
            source.Cancel();
        }
    }

    private void Leave(CancellationTokenSource source)
    {
        lock (_lock)
        {
            _stays.RemoveAll(stay => stay.Source == source);
        }
    }

    /// <summary>
    /// Work on one round; disposing it forgets the token, whose source is left to the collector because a change of
    /// state may be cancelling it.
    /// </summary>
    internal readonly struct RoundStay(RoundFollower follower, CancellationTokenSource source) : IDisposable
    {
        internal CancellationToken Token => source.Token;

        public void Dispose() => follower.Leave(source);
    }
}
