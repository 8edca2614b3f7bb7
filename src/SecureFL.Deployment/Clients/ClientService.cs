using System.Collections.Immutable;
using Microsoft.Extensions.Logging;
using SecureFL.Aggregation;
using SecureFL.Deployment.Connections;
using SecureFL.Deployment.Contracts;
using SecureFL.Federated.Rounds;
using SecureFL.Grpc;
using SecureFL.Storage;

namespace SecureFL.Deployment.Clients;

/// <summary>
/// A client at work: it follows the rounds, fetches and checks invitation and model, makes its contribution durable,
/// and sends it, over as many connections and restarts as that takes. Runs once.
/// </summary>
internal sealed class ClientService
{
    private readonly AggregationPlan _plan;
    private readonly AggregationClient _client;
    private readonly DurableContributions _contributions;
    private readonly IContributionSource _source;
    private readonly ServerLink _link;
    private readonly ModelDownload _models;
    private readonly ContributionUpload _upload;
    private readonly RoundFollower _follower;
    private readonly ILogger _logger;
    private readonly ISealEncryptor? _encryptor;
    private readonly HashSet<ulong> _sitOut = [];
    private Digest? _keyEpoch;

    internal ClientService(
        AggregationPlan plan, AggregationClient client, DurableContributions contributions, IContributionSource source,
        ServerLink link, ModelDownload models, ILogger logger,
        ISealEncryptor? encryptor = null)
    {
        _plan = plan;
        _client = client;
        _contributions = contributions;
        _source = source;
        _link = link;
        _models = models;
        _logger = logger;
        _encryptor = encryptor;
        _upload = new ContributionUpload(link, logger);
        _follower = new RoundFollower(plan, link, logger);
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
    /// <exception cref="ContributionRefusedException">The one round cannot get this client's contribution.</exception>
    internal async Task<RoundState> RunAsync(ulong? only, bool once, CancellationToken cancellationToken)
    {
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
        _models.FetchAsync(new ModelStamp(checked((int)ended.ModelVersion), new Digest(ended.ModelDigest.Span)),
            _source.ModelLength, cancellationToken);

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
                _contributions.ForgetBefore(ulong.MaxValue);
                _source.Ended();
                return only is null && !once ? state
                    : throw new ContributionRefusedException($"the session has ended: {state.Reason}");
            }

            if (only is ulong round && state.Round > round)
            {
                throw new ContributionRefusedException($"round {round} is over, the server is at round {state.Round}");
            }

            _contributions.ForgetBefore(state.Round);
            if (state.Phase != RoundPhase.Collecting || (only ?? state.Round) != state.Round
                || _sitOut.Contains(state.Round))
            {
                continue;
            }

            bool accepted = state.Yours || await ParticipateAsync(state, cancellationToken).ConfigureAwait(false);
            if ((only is not null || once)
                && (accepted || await WasAcceptedAsync(state.Round, cancellationToken).ConfigureAwait(false)))
            {
                return state;
            }

            if (_sitOut.Contains(state.Round) && only is not null)
            {
                throw new ContributionRefusedException($"round {state.Round} gets no contribution of this client");
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
                || fault.Status is GrpcStatusCode.FailedPrecondition or GrpcStatusCode.NotFound)
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
                throw new ContributionRefusedException(
                    $"round {round} has another contribution of this client: what was given now is not what was "
                    + $"sent then");
            }
        }
        else if (stored || atServer)
        {
            throw new ContributionRefusedException(
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

        if (_contributions.StateOf(round) == ContributionState.None)
        {
            if (!_source.Takes(state.Kind))
            {
                return SitOut(round, $"a round of kind {state.Kind} is not what this command contributes to");
            }

            if (_source.LeftOut(state.Kind, checked((int)state.ModelVersion)) is string reason)
            {
                ClientLog.LeftOut(_logger, round, reason);
                _sitOut.Add(round);
                return false;
            }

            if (!await MakeAsync(state, cancellationToken).ConfigureAwait(false))
            {
                return false;
            }
        }

        using StoredContribution stored = _contributions.Require(round);
        await _upload.SendAsync(stored, () => _contributions.RequireNotWithdrawn(round), cancellationToken)
            .ConfigureAwait(false);
        return true;
    }

    private async Task<bool> MakeAsync(RoundState state, CancellationToken cancellationToken)
    {
        ulong round = state.Round;
        RoundInvitation invitation = RoundInvitation.Parse(
            (await _link.GetInvitationAsync(round, cancellationToken).ConfigureAwait(false)).InvitationMessage.Span,
            _plan);
        if (invitation.Opening.Context.Round != round)
        {
            throw new ProtocolViolationException(ViolationCode.WrongRound, Party.Server,
                $"the invitation of round {round}", $"{invitation.Opening.Context.Round}");
        }

        _client.HandleInvitation(invitation);
        Digest model = invitation.Head.Model;
        if (_plan.Settings.Suite == Suite.JointKey)
        {
            await FetchKeyAsync(invitation, cancellationToken).ConfigureAwait(false);
        }

        foreach (ulong former in _client.RoundsInTheWay(model))
        {
            if (!await BuryAsync(former, cancellationToken).ConfigureAwait(false))
            {
                return
                    SitOut(round,
                        $"this client contributed on the same model to round {former}, and nothing proves that "
                        + $"round {former} will never open");
            }
        }

        int version = checked((int)state.ModelVersion);
        ClientLog.Begins(_logger, round, state.Kind.ToString(), state.ModelVersion);
        float[] held = _source.ModelLength > 0
            ? await _models.FetchAsync(new ModelStamp(version, model), _source.ModelLength, cancellationToken)
            .ConfigureAwait(false)
            : [];
        ImmutableArray<ModelVersion> window = invitation.Versions;
        bool IsFree(Digest other) => window.Any(known => known.Model == other)
            && _client.RoundsInTheWay(other).Count == 0;
        RoundTask task = new(state.Kind, new ModelStamp(version, model), held, IsFree)
        { Round = round, MembershipOf = MembershipAsync };
        ContributionValues values = await _source.CreateAsync(task, cancellationToken).ConfigureAwait(false);
        cancellationToken.ThrowIfCancellationRequested();
        if (values.OwnMetrics is { Length: > 0 } metrics)
        {
            ClientLog.Measured(_logger, version, metrics);
        }

        foreach (string warning in values.Warnings)
        {
            ClientLog.Quantisation(_logger, round, warning);
        }

        Digest trained = values.Base ?? model;
        RoundInvitation standing = From(invitation, trained);
        using StoredContribution stored = _encryptor is null
            ? _contributions.Make(standing, trained, values.Vector, values.Counters, values.Rounding,
                values.RoundingSeed, source: _source.Identity)
            : await _encryptor.EncryptAsync(
                new SealExchange(_plan, _client.KeyEpoch!), values,
                ciphertexts => _contributions.Import(standing, trained, ciphertexts, _source.Identity),
                cancellationToken).ConfigureAwait(false);
        _source.Committed();
        ClientLog.Stored(_logger, round, stored.Header.Statement.Hash.ToShortString(), stored.ChunkCount);
        return true;
    }

    // A server that no longer knows the round refuses; every other fault is tried again with the round itself.
    private async Task<SumMembership> MembershipAsync(ulong former, CancellationToken cancellationToken)
    {
        try
        {
            return (await _link.GetUploadAsync(former, cancellationToken).ConfigureAwait(false)).InSum
                ? SumMembership.InSum : SumMembership.NotInSum;
        }
        catch (GrpcException fault) when (fault.Status == GrpcStatusCode.FailedPrecondition)
        {
            return SumMembership.Forgotten;
        }
    }

    // The key changes between rounds only; another one than the invitation's means that the round is over.
    private async Task FetchKeyAsync(RoundInvitation invitation, CancellationToken cancellationToken)
    {
        if (invitation.Opening.KeyEpoch == _keyEpoch)
        {
            return;
        }

        GetKeyEpochReply reply = await _link.GetKeyEpochAsync(cancellationToken).ConfigureAwait(false);
        KeyEpochRecord record = KeyEpochRecord.Parse(reply.RecordMessage.Span, _plan);
        if (record.Hash != invitation.Opening.KeyEpoch)
        {
            throw new GrpcException(GrpcStatusCode.FailedPrecondition,
                $"round {invitation.Opening.Context.Round} is under another joint key than the one in use");
        }

        _client.HandleKeyEpoch(record, JointPublicKeyMessage.Parse(reply.PublicKeyMessage.Span, _plan));
        _keyEpoch = record.Hash;
        ClientLog.KeyChecked(_logger, record.Context.Round, record.Hash.ToShortString());
    }

    // The chain from the newest version with that model: the base that a contribution on it stands on.
    private static RoundInvitation From(RoundInvitation invitation, Digest model)
    {
        int position = invitation.Versions.Length - 1;
        while (invitation.Versions[position].Model != model)
        {
            position--;
        }

        return new RoundInvitation(invitation.Opening, invitation.Versions[position..]);
    }

    private async Task<bool> BuryAsync(ulong former, CancellationToken cancellationToken)
    {
        try
        {
            GetRoundDeathReply reply = await _link.GetRoundDeathAsync(former, cancellationToken).ConfigureAwait(false);
            _client.HandleRoundDeath(RoundDeathCertificate.Parse(reply.DeathCertificateMessage.Span, _plan));
            ClientLog.Buried(_logger, former);
            return true;
        }
        catch (GrpcException fault) when (fault.Status == GrpcStatusCode.NotFound)
        {
            return false;
        }
    }

    private bool SitOut(ulong round, string reason)
    {
        ClientLog.SitsOut(_logger, round, reason);
        _sitOut.Add(round);
        return false;
    }
}

/// <summary>The one round that a client was asked to contribute to does not get its contribution.</summary>
internal sealed class ContributionRefusedException(string message) : Exception(message);
