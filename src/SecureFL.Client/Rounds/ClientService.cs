using Grpc.Core;
using Microsoft.Extensions.Logging;
using SecureFL.Client.Logging;
using SecureFL.Client.Models;
using SecureFL.Client.Questions;
using SecureFL.Client.Reporting;
using SecureFL.Client.Sources;
using SecureFL.Consortium.Parties;
using SecureFL.Learning.Rounds;
using SecureFL.Messages.Primitives;
using SecureFL.Messages.Rounds;
using SecureFL.Messages.Violations;
using SecureFL.Protocol.Plans;
using SecureFL.Protocol.Roles;
using SecureFL.Storage.Clients;
using SecureFL.Transport.Calls;
using SecureFL.Transport.Connections;
using SecureFL.Transport.Contracts;

namespace SecureFL.Client.Rounds;

/// <summary>
/// A client at work: it follows the rounds, fetches and checks invitation and model, makes its contribution durable,
/// and sends it, over as many connections and restarts as that takes. Runs once.
/// </summary>
internal sealed partial class ClientService
{
    private readonly AggregationPlan _plan;
    private readonly AggregationClient _client;
    private readonly DurableContributions _contributions;
    private readonly IContributionSource _source;
    private readonly ServerLink _link;
    private readonly ModelDownload _models;
    private readonly OwnModel? _own;
    private readonly ContributionUpload _upload;
    private readonly RoundFollower _follower;
    private readonly ILogger _logger;
    private readonly ISealEncryptor? _encryptor;
    private readonly QuestionGuard? _questions;
    private readonly IProgress<ClientProgress>? _progress;
    private readonly HashSet<ulong> _sitOut = [];
    private Digest? _keyEpoch;

    internal ClientService(
        AggregationPlan plan, AggregationClient client, DurableContributions contributions, IContributionSource source,
        ServerLink link, ModelDownload models, OwnModel? own, ILogger logger,
        ISealEncryptor? encryptor = null, IProgress<ClientProgress>? progress = null, QuestionGuard? questions = null)
    {
        _plan = plan;
        _client = client;
        _contributions = contributions;
        _source = source;
        _link = link;
        _models = models;
        _own = own;
        _logger = logger;
        _encryptor = encryptor;
        _progress = progress;
        _questions = questions;
        _upload = new ContributionUpload(link, logger, progress);
        _follower = new RoundFollower(plan, link, logger, progress);
    }

    /// <summary>Takes part until the session has ended.</summary>
    /// <param name="only">Take part in this round alone, and return once the contribution is accepted; null for all
    /// rounds.</param>
    /// <param name="once">Take part in the first round that comes, and return once the contribution is
    /// accepted.</param>
    /// <param name="cancellationToken">Stops; a later start goes on where this one was.</param>
    /// <returns>The state in which it left: the session's end, or the round of its one contribution.</returns>
    /// <exception cref="ProtocolViolationException">The server broke the protocol.</exception>
    /// <exception cref="WrongPlanException">The server runs another plan.</exception>
    /// <exception cref="CertificateRefusedException">One side does not take the other's certificate.</exception>
    /// <exception cref="GrpcException">The server refuses this client for good.</exception>
    /// <exception cref="PartyException">The one round cannot get this client's contribution, or the plan asks what
    /// another one had answered.</exception>
    internal async Task<RoundState> RunAsync(ulong? only, bool once, CancellationToken cancellationToken)
    {
        _questions?.Require(_source.FirstQuestions);
        ClientLog.Started(_logger, _client.Index, _plan.Digest.ToShortString(), _link.Address);
        using CancellationTokenSource ended = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        Task following = _follower.RunAsync(ended.Token);
        Task<RoundState> working = WorkAsync(only, once, ended.Token);
        Task first = await Task.WhenAny(following, working).ConfigureAwait(false);
        if (first == following && !following.IsFaulted)
        {
            // The follower leaves at the end of the session; the worker sees the same state.
            await ((Task)working).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        await ended.CancelAsync().ConfigureAwait(false);
        await following.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await ((Task)working).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        cancellationToken.ThrowIfCancellationRequested();
        if (following.IsFaulted && !working.IsCompletedSuccessfully)
        {
            await following.ConfigureAwait(false);
        }

        return await working.ConfigureAwait(false);
    }

    /// <summary>The values of the last version, when the session has ended.</summary>
    internal Task<float[]> FetchModelAsync(RoundState ended, CancellationToken cancellationToken) =>
        _models.FetchAsync(ModelDownload.StampOf(ended), _source.ModelLength, cancellationToken);

    private async Task<RoundState> WorkAsync(ulong? only, bool once, CancellationToken cancellationToken)
    {
        RoundState? state = null;
        while (true)
        {
            state = await _follower.NextAsync(state, cancellationToken).ConfigureAwait(false);
            RequireSameSource(only ?? state.Round, state.Yours && state.Round == (only ?? state.Round));
            if (only is ulong former && (state.Round > former || state.Phase == RoundPhase.Ended)
                && await WasAcceptedAsync(former, cancellationToken).ConfigureAwait(false))
            {
                return new RoundState { Round = former, Phase = state.Phase };
            }

            if (state.Phase == RoundPhase.Ended)
            {
                ClientLog.Ended(_logger, state.Reason);
                _progress?.Report(new ClientProgress(ClientStage.Ended, state.Round) { Reason = state.Reason });
                _contributions.ForgetBefore(ulong.MaxValue);
                if (_own is not null)
                {
                    await FinishAsync(state, cancellationToken).ConfigureAwait(false);
                }

                _source.Ended();
                return only is null && !once ? state
                    : throw RefusedFor($"the session has ended: {state.Reason}");
            }

            if (only is ulong round && state.Round > round)
            {
                throw RefusedFor($"round {round} is over, the server is at round {state.Round}");
            }

            if (state.Phase != RoundPhase.Collecting || (only ?? state.Round) != state.Round
                || _sitOut.Contains(state.Round))
            {
                continue;
            }

            // The server's word that it has the contribution counts where there is one.
            bool accepted = (state.Yours && _contributions.StateOf(state.Round) == ContributionState.Stored)
                || await ParticipateAsync(state, cancellationToken).ConfigureAwait(false);
            if ((only is not null || once)
                && (accepted || await WasAcceptedAsync(state.Round, cancellationToken).ConfigureAwait(false)))
            {
                return state;
            }

            if (_sitOut.Contains(state.Round) && only is not null)
            {
                throw RefusedFor($"round {state.Round} gets no contribution of this client");
            }
        }
    }

    // The model that the session's own sums make, whatever the server says; it waits here for whoever takes it.
    private async Task FinishAsync(RoundState ended, CancellationToken cancellationToken)
    {
        Backoff backoff = new();
        ModelStamp stamp = ModelDownload.StampOf(ended);
        while (true)
        {
            try
            {
                await _own!.FinishAsync(ended.ChainVersion, stamp, cancellationToken).ConfigureAwait(false);
                _models.Keep(stamp, _own.Course.Values);
                if (!ended.Incomplete && _own.MissingTask is { } due)
                {
                    ended.Incomplete = true;
                    ended.Reason = $"the server has ended it before {due.Kind} {due.Step} of its terms: {ended.Reason}";
                }

                return;
            }
            catch (GrpcException fault) when (Refusal.IsPassing(fault))
            {
                cancellationToken.ThrowIfCancellationRequested();
                TimeSpan wait = backoff.Next();
                ClientLog.TriesAgain(_logger, ended.Round, fault.Message, wait.TotalSeconds);
                await Task.Delay(wait, cancellationToken).ConfigureAwait(false);
            }
        }
    }

    private async Task<bool> ParticipateAsync(RoundState state, CancellationToken cancellationToken)
    {
        using RoundFollower.RoundStay stay = _follower.StayIn(state.Round, cancellationToken);
        Backoff backoff = new();
        long stored = 0;
        while (true)
        {
            string reason;
            try
            {
                return await ContributeAsync(state, stay.Token).ConfigureAwait(false);
            }
            catch (Exception fault) when (stay.Token.IsCancellationRequested
                && !cancellationToken.IsCancellationRequested && fault is OperationCanceledException or GrpcException)
            {
                ClientLog.Left(_logger, state.Round);
                return false;
            }
            catch (GrpcException fault) when (Refusal.IsPassing(fault)
                || fault.StatusCode is StatusCode.FailedPrecondition or StatusCode.NotFound)
            {
                cancellationToken.ThrowIfCancellationRequested();
                reason = fault.Message;
            }
            catch (GrpcException fault) when (!Refusal.IsOfThisParty(fault))
            {
                return SitOut(state.Round, fault.Message);
            }
            catch (ContributionWithdrawnException withdrawn)
            {
                return SitOut(state.Round, withdrawn.Message);
            }

            if (_upload.Stored != stored)
            {
                // The attempt before this one brought the upload further: the line is bad, not gone.
                stored = _upload.Stored;
                backoff.Reset();
            }

            TimeSpan wait = backoff.Next();
            ClientLog.TriesAgain(_logger, state.Round, reason, wait.TotalSeconds);
            try
            {
                await Task.Delay(wait, stay.Token).ConfigureAwait(false);
            }
            catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
            {
                ClientLog.Left(_logger, state.Round);
                return false;
            }
        }
    }

    // Asked again with another file, the answer is not that the round has it.
    private void RequireSameSource(ulong round, bool atServer)
    {
        if (_source.Identity is not Digest given)
        {
            return;
        }

        bool stored = _contributions.StateOf(round) == ContributionState.Stored;
        if (stored && _contributions.SourceOf(round) is Digest sent)
        {
            if (sent != given)
            {
                throw RefusedFor(
                    $"round {round} has another contribution of this client: what was given now is not what was "
                    + $"sent then");
            }
        }
        else if (stored || atServer)
        {
            throw RefusedFor(
                $"round {round} has a contribution of this client, and nothing here tells whether it was made from "
                + $"what was given now");
        }
    }

    // The last contribution closes a round: its acknowledgement may come after the news that the round has moved on.
    private async Task<bool> WasAcceptedAsync(ulong round, CancellationToken cancellationToken)
    {
        Backoff backoff = new();
        while (_contributions.StateOf(round) == ContributionState.Stored)
        {
            try
            {
                return (await _link.GetUploadAsync(round, cancellationToken).ConfigureAwait(false)).Accepted;
            }
            catch (GrpcException fault) when (Refusal.IsPassing(fault))
            {
                cancellationToken.ThrowIfCancellationRequested();
            }
            catch (GrpcException fault) when (!Refusal.IsOfThisParty(fault))
            {
                return false;
            }

            await Task.Delay(backoff.Next(), cancellationToken).ConfigureAwait(false);
        }

        return false;
    }

    private async Task<bool> ContributeAsync(RoundState state, CancellationToken cancellationToken)
    {
        ulong round = state.Round;
        _contributions.RequireNotWithdrawn(round);
        if (_contributions.StateOf(round) == ContributionState.Lost)
        {
            return SitOut(round, "its contribution was committed and is gone");
        }

        if (_contributions.StateOf(round) == ContributionState.None
            && !await MakeAsync(round, cancellationToken).ConfigureAwait(false))
        {
            return false;
        }

        using StoredContribution stored = _contributions.Require(round);
        await _upload.SendAsync(stored, () => _contributions.RequireNotWithdrawn(round), cancellationToken)
            .ConfigureAwait(false);
        return true;
    }

    private async Task<bool> BuryAsync(ulong former, CancellationToken cancellationToken)
    {
        try
        {
            GetRoundDeathReply reply = await _link.GetRoundDeathAsync(former, cancellationToken).ConfigureAwait(false);
            _client.HandleRoundDeath(RoundDeathCertificate.Parse(reply.DeathCertificateMessage.Span, _plan.Limits));
            ClientLog.Buried(_logger, former);
            return true;
        }
        catch (GrpcException fault) when (fault.StatusCode == StatusCode.NotFound)
        {
            return false;
        }
    }

    private static PartyException RefusedFor(string reason) => new(PartyRefusal.Contribution, reason,
        "securefl status shows which round collects contributions");

    private bool SitOut(ulong round, string reason)
    {
        ClientLog.SitsOut(_logger, round, reason);
        return SatOut(round, reason);
    }

    private bool SatOut(ulong round, string reason)
    {
        _progress?.Report(new ClientProgress(ClientStage.SatOut, round) { Reason = reason });
        _sitOut.Add(round);
        return false;
    }
}
