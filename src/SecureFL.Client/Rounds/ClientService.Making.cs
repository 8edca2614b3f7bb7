using System.Collections.Immutable;
using Grpc.Core;
using SecureFL.Client.Logging;
using SecureFL.Client.Questions;
using SecureFL.Client.Reporting;
using SecureFL.Client.Sources;
using SecureFL.Consortium.Approvals;
using SecureFL.Consortium.Parties;
using SecureFL.Consortium.Plans;
using SecureFL.Learning.Rounds;
using SecureFL.Messages.JointKey;
using SecureFL.Messages.Primitives;
using SecureFL.Messages.Rounds;
using SecureFL.Messages.Violations;
using SecureFL.Protocol.Suites.JointKey;
using SecureFL.Storage.Clients;
using SecureFL.Transport.Calls;
using SecureFL.Transport.Contracts;

namespace SecureFL.Client.Rounds;

internal sealed partial class ClientService
{
    private async Task<bool> MakeAsync(ulong round, CancellationToken cancellationToken)
    {
        RoundInvitation invitation = RoundInvitation.Parse(
            (await _link.GetInvitationAsync(round, cancellationToken).ConfigureAwait(false)).InvitationMessage.Span,
            _plan.Limits);
        if (invitation.Opening.Context.Round != round)
        {
            throw new ProtocolViolationException(ViolationCode.WrongRound, Party.Server,
                $"the invitation of round {round}", $"{invitation.Opening.Context.Round}");
        }

        _client.HandleInvitation(invitation);
        _contributions.ForgetBefore(round);

        // What the server's state says of kind and version is for people; what counts is signed.
        RoundTask signed = invitation.Opening.Task;
        RoundKind kind = TrainingSchedule.OnTheWire(signed.Kind);
        int version = kind == RoundKind.Preparation ? 0 : checked((int)signed.Step);
        if (!_source.Takes(kind))
        {
            return SitOut(round, $"a round of kind {kind} is not what this command contributes to");
        }

        if (_source.LeftOut(kind, version) is string reason)
        {
            ClientLog.LeftOut(_logger, round, reason);
            return SatOut(round, reason);
        }

        await RequireUnsentAsync(round, cancellationToken).ConfigureAwait(false);
        Digest model = invitation.Head.Model;
        if (_plan.Suite.HasJointKey)
        {
            await FetchKeyAsync(invitation, cancellationToken).ConfigureAwait(false);
        }

        foreach (ulong former in _client.RoundsInTheWay(model, invitation.Opening.Task))
        {
            // In synchronous rounds nobody asks for a task again on another model but who lies: that is refused below.
            if (!await BuryAsync(former, cancellationToken).ConfigureAwait(false)
                && (_plan.Settings.BaseVersionWindow > 1 || _client.RoundsInTheWay(model).Contains(former)))
            {
                return
                    SitOut(round,
                        $"this client contributed on this model, or to this task, to round {former}, and nothing "
                        + $"proves that round {former} will never open");
            }
        }

        ClientLog.Begins(_logger, round, kind.ToString(), (ulong)version);
        _progress?.Report(new ClientProgress(ClientStage.Working, round));
        float[] held = await ModelAsync(invitation.Head, version, cancellationToken).ConfigureAwait(false);
        ImmutableArray<ModelVersion> window = invitation.Versions;
        bool IsFree(Digest other) => window.Any(known => known.Model == other)
            && _client.RoundsInTheWay(other).Count == 0;
        RoundTask expected = (_own is null ? _source.TaskOn(held, version) : _own.Course.NextTask)
            ?? throw new ProtocolViolationException(ViolationCode.WrongTask, Party.Server,
                "no round after the last one of the plan's terms", $"{signed}");
        SiteTask task = new(kind, new ModelStamp(version, model), held, IsFree)
        { Round = round, MembershipOf = MembershipAsync };
        IReadOnlyList<DataQuestion> questions = _source.QuestionsOf(task);
        _questions?.Require(questions);
        ContributionValues values = await CreateAsync(task, cancellationToken).ConfigureAwait(false);
        cancellationToken.ThrowIfCancellationRequested();
        _questions?.Claim(questions);
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
                values.RoundingSeed, source: _source.Identity, task: expected)
            : await _encryptor.EncryptAsync(
                new SealExchange(_plan, _client.KeyEpoch!), values,
                ciphertexts => _contributions.Import(standing, trained, ciphertexts, _source.Identity, expected),
                cancellationToken).ConfigureAwait(false);
        _source.Committed();
        ClientLog.Stored(_logger, round, stored.Header.Statement.Hash.ToShortString(), stored.ChunkCount);
        _progress?.Report(new ClientProgress(ClientStage.Stored, round));
        return true;
    }

    // Made here where the suite lets clients check sums; fetched, and only its digest checked, where it does not.
    private async Task<float[]> ModelAsync(ModelVersion head, int version, CancellationToken cancellationToken)
    {
        if (_source.ModelLength == 0)
        {
            return [];
        }

        if (_own is null)
        {
            return await _models.FetchAsync(new ModelStamp(version, head.Model), _source.ModelLength,
                cancellationToken).ConfigureAwait(false);
        }

        await _own.FollowAsync(head, cancellationToken).ConfigureAwait(false);
        return _own.Course.Values;
    }

    // The difference of two sums of the same vectors is the vector of whoever is missing in one of them; that a former
    // contribution has not come is the server's word alone.
    private async Task RequireUnsentAsync(ulong round, CancellationToken cancellationToken)
    {
        if (_source.Identity is not Digest given || _plan.Settings.AllowEarlyResubmission
            || _questions?.Accepts(QuestionKind.Sum) == true)
        {
            return;
        }

        foreach (ulong former in _contributions.RoundsFrom(given))
        {
            if (!await BuryAsync(former, cancellationToken).ConfigureAwait(false))
            {
                throw QuestionGuard.RefusedAgain(former, round);
            }
        }
    }

    // What the site's trainer throws is its own, whatever it is: no fault of a file of this party.
    private async Task<ContributionValues> CreateAsync(SiteTask task, CancellationToken cancellationToken)
    {
        try
        {
            return await _source.CreateAsync(task, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception fault) when (fault is not (OperationCanceledException or GrpcException
            or ProtocolViolationException or PartyException))
        {
            throw new SiteFaultException(fault);
        }
    }

    // A server that no longer knows the round refuses; every other fault is tried again with the round itself.
    private async Task<SumMembership> MembershipAsync(ulong former, CancellationToken cancellationToken)
    {
        if (_own is not null)
        {
            return _own.MembershipOf(former);
        }

        try
        {
            return (await _link.GetUploadAsync(former, cancellationToken).ConfigureAwait(false)).InSum
                ? SumMembership.InSum : SumMembership.NotInSum;
        }
        catch (GrpcException fault) when (fault.StatusCode == StatusCode.FailedPrecondition)
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
        KeyEpochRecord record = KeyEpochRecord.Parse(reply.RecordMessage.Span, _plan.Limits);
        if (record.Hash != invitation.Opening.KeyEpoch)
        {
            throw new GrpcException(StatusCode.FailedPrecondition,
                $"round {invitation.Opening.Context.Round} is under another joint key than the one in use");
        }

        _client.HandleKeyEpoch(record, JointPublicKeyMessage.Parse(reply.PublicKeyMessage.Span, _plan.Limits));
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
}
