using System.Collections.Immutable;
using Grpc.Core;
using Microsoft.Extensions.Logging;
using SecureFL.Client.Logging;
using SecureFL.Client.Sources;
using SecureFL.Consortium.Courses;
using SecureFL.Consortium.Parties;
using SecureFL.Consortium.Plans;
using SecureFL.Learning.Rounds;
using SecureFL.Messages.Primitives;
using SecureFL.Messages.Rounds;
using SecureFL.Messages.Violations;
using SecureFL.Protocol.Plans;
using SecureFL.Protocol.Roles;
using SecureFL.Protocol.Summation;
using SecureFL.Transport.Calls;
using SecureFL.Transport.Connections;

namespace SecureFL.Client.Models;

/// <summary>
/// The model as this client makes it: the first version from the terms, every further one from the one before and an
/// opened sum that it checks. The server's signed version must be the same. A client that was away longer than the
/// server keeps sums begins at the version that the newest certificate was made on: n_min clients computed on it, and
/// the key holders' quorum saw their signatures. One caller at a time.
/// </summary>
internal sealed class OwnModel(AggregationPlan plan, TrainingTerms terms, AggregationClient client,
    FirstVersion first, ModelDownload models, SumDownload sums, CourseFile file, ILogger logger)
{
    private TrainingCourse? _course;
    private ModelVersion? _at;
    private OwnRounds _rounds = OwnRounds.From(0);

    /// <summary>A client's own model under a plan with terms; null in suites whose sums nobody can check.</summary>
    /// <param name="plan">The plan.</param>
    /// <param name="terms">Its terms; null for plain sums.</param>
    /// <param name="client">The client's role.</param>
    /// <param name="link">The server.</param>
    /// <param name="models">Fetches values.</param>
    /// <param name="course">The file of the newest version.</param>
    /// <param name="folder">Where sums are while they are fetched.</param>
    /// <param name="logger">Told of every version.</param>
    internal static OwnModel? For(AggregationPlan plan, TrainingTerms? terms, AggregationClient client,
        ServerLink link, ModelDownload models, string course, string folder, ILogger logger) =>
        terms is null || plan.Limits.Sizes.LinearDigestBytes == 0 ? null
        : new OwnModel(plan, terms, client, new FirstVersion(plan, terms, models), models,
            new SumDownload(plan, link, folder), new CourseFile(course, plan), logger);

    /// <summary>The state of the training after <see cref="FollowAsync"/>.</summary>
    internal TrainingCourse Course => _course ?? throw new InvalidOperationException("no version is known yet");

    /// <summary>
    /// What the terms ask for after the newest version; null where they have come to their end, or may have: by metrics
    /// of rounds that this client did not see.
    /// </summary>
    internal RoundTask? MissingTask =>
        Course.KnowsHistory || terms.Stopping is { Target: null, Patience: 0 } ? Course.MissingTask : null;

    /// <summary>Whether this client's contribution to a former round is in a sum that it has checked.</summary>
    internal SumMembership MembershipOf(ulong round) => _rounds.Of(round);

    /// <summary>Brings the model to a version of the server's chain.</summary>
    /// <exception cref="ProtocolViolationException">The version is not what the sums make, or a sum is not that of its
    /// contributions.</exception>
    /// <exception cref="GrpcException">The server is away, or keeps none of what it takes.</exception>
    internal async Task FollowAsync(ModelVersion head, CancellationToken cancellationToken)
    {
        Load();
        if (_at is null && head.Number == 0)
        {
            await BeginAsync(head, cancellationToken).ConfigureAwait(false);
        }

        await ReachAsync(head.Number, cancellationToken).ConfigureAwait(false);
        if (_at!.Hash != head.Hash)
        {
            throw new ProtocolViolationException(ViolationCode.WrongHead, Party.Server,
                $"version {_at.Number} as this client has made it, {_at.Hash.ToShortString()}",
                $"version {head.Number}, {head.Hash.ToShortString()}");
        }
    }

    /// <summary>Brings the model to where the session has ended.</summary>
    /// <param name="number">The position of the newest version, as the server says.</param>
    /// <param name="stamp">Its model, as the server says.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="ProtocolViolationException">As <see cref="FollowAsync"/>, or the session ended with another
    /// model.</exception>
    /// <exception cref="GrpcException">As <see cref="FollowAsync"/>.</exception>
    internal async Task FinishAsync(ulong number, ModelStamp stamp, CancellationToken cancellationToken)
    {
        Load();
        if (_at is not null && number < _at.Number)
        {
            throw new ProtocolViolationException(ViolationCode.WrongHead, Party.Server,
                $"an end at version {_at.Number}, which this client has made, or later", $"at version {number}");
        }

        if (_at is null && number == 0)
        {
            _course = await first.MakeAsync(stamp.Digest, cancellationToken).ConfigureAwait(false);
        }
        else
        {
            await ReachAsync(number, cancellationToken).ConfigureAwait(false);
        }

        if (Course.Stamp != stamp)
        {
            throw new ProtocolViolationException(ViolationCode.WrongModel, Party.Server,
                $"the session's end with model {Course.Stamp.Digest.ToShortString()}, which its sums make",
                stamp.Digest.ToShortString());
        }
    }

    private void Load()
    {
        if (_at is null && file.Read() is (ModelVersion version, OwnRounds rounds, TrainingCheckpoint checkpoint))
        {
            _course = new TrainingCourse(terms, plan, checkpoint);
            (_at, _rounds) = (version, rounds);
        }
    }

    private async Task BeginAsync(ModelVersion version, CancellationToken cancellationToken)
    {
        _course = await first.MakeAsync(version.Model, cancellationToken).ConfigureAwait(false);
        Keep(version);
    }

    private async Task ReachAsync(ulong number, CancellationToken cancellationToken)
    {
        while (_at is null || _at.Number < number)
        {
            using OpenedSum sum = await NextAsync(number, cancellationToken).ConfigureAwait(false);
            try
            {
                if (_at is null || sum.Evidence.Head.Number > _at.Number)
                {
                    await JoinAsync(sum.Evidence, cancellationToken).ConfigureAwait(false);
                }

                Take(sum);
            }
            catch
            {
                // Whatever was half done is read anew from the file.
                (_course, _at) = (null, null);
                throw;
            }
        }
    }

    // The sum after the own version, or the newest one where the server does not keep that.
    private async Task<OpenedSum> NextAsync(ulong number, CancellationToken cancellationToken)
    {
        ulong next = _at is null ? number : _at.Number + 1;
        OpenedSum sum;
        try
        {
            sum = await sums.FetchAsync(next, cancellationToken).ConfigureAwait(false);
        }
        catch (GrpcException fault) when (fault.StatusCode == StatusCode.NotFound && next < number)
        {
            next = number;
            sum = await sums.FetchAsync(next, cancellationToken).ConfigureAwait(false);
        }

        if (sum.Evidence.Next.Number != next)
        {
            sum.Dispose();
            throw new ProtocolViolationException(ViolationCode.BrokenModelChain, Party.Server,
                $"what made version {next}", $"what made version {sum.Evidence.Next.Number}");
        }

        return sum;
    }

    private async Task JoinAsync(SumEvidence evidence, CancellationToken cancellationToken)
    {
        client.RequireEvidence(evidence);
        ModelVersion head = evidence.Head;
        if (head.Number == 0)
        {
            await BeginAsync(head, cancellationToken).ConfigureAwait(false);
            return;
        }

        RoundTask task = evidence.Opening.Task;
        int version = task.Kind == TaskKind.Preparation ? 0 : checked((int)task.Step);
        float[] values = await models.FetchAsync(new ModelStamp(version, head.Model), VersionValues.LengthFor(terms),
            cancellationToken).ConfigureAwait(false);
        _course = new TrainingCourse(terms, plan, VersionValues.CheckpointOf(terms, plan, version, values));
        _rounds = OwnRounds.From(evidence.Opening.Context.Round);
        ClientLog.Joined(logger, head.Number, head.Model.ToShortString());
        Keep(head);
    }

    private void Take(OpenedSum sum)
    {
        SumEvidence evidence = sum.Evidence;
        RoundTask task = evidence.Opening.Task;
        if (Course.NextTask != task)
        {
            throw new ProtocolViolationException(ViolationCode.WrongTask, Party.Server,
                Course.NextTask is { } due ? $"{due} on version {_at!.Number}" : "no round after the last one",
                $"{task}");
        }

        CertificateProposal proposal = evidence.Certificate.Proposal;
        SumTotals totals = new(plan, proposal.Groups.Length);
        AggregationResult result = sum.Verify(client, _at!, totals);
        Apply(task, result, totals);
        Digest own = Course.Stamp.Digest;
        if (Course.MayHaveEndedUnseen(task.Kind) && own != evidence.Next.Model
            && evidence.Next.Model == evidence.Head.Model)
        {
            // By metrics of rounds that this client did not see, training may end with the model that it has; but then
            // it has ended: a server that leaves out a sum gets no further one.
            Course.EndUnseen(file.Read()!.Value.Checkpoint);
            own = Course.Stamp.Digest;
        }

        AggregationClient.RequireModel(evidence, result, own);
        ClientLog.Verified(logger, evidence.Next.Number, result.Contributors, own.ToShortString());
        _rounds = _rounds.With(evidence.Opening.Context.Round,
            result.Groups.Any(group => group.IsOpened && group.Clients.Contains(client.Index)));
        Keep(evidence.Next);
    }

    // A sum that no rows have leaves the model as it is, at the server and here.
    private void Apply(RoundTask task, AggregationResult result, SumTotals totals)
    {
        ImmutableArray<string> contributors =
        [
            .. result.Groups.Where(group => group.IsOpened).SelectMany(group => group.Clients).Order()
                .Select(index => plan.Enrolment.Clients[index].Name),
        ];
        if (contributors.IsEmpty)
        {
            return;
        }

        try
        {
            (float[] sum, long[] counters) = totals.Finish(contributors.Length);
            Course.Apply(TrainingSchedule.OnTheWire(task.Kind), sum, counters, contributors);
        }
        catch (Exception fault) when (!CourseFaults.IsOfTheMachine(fault))
        {
            Course.TakeBack(file.Read()!.Value.Checkpoint);
        }
    }

    private void Keep(ModelVersion version) => _at = PartyFaults.OfState(() =>
    {
        file.Write(version, _rounds, Course.Save());
        return version;
    });
}
