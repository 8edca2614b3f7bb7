using System.Collections.Immutable;
using SecureFL.Consortium.Courses;
using SecureFL.Learning.Rounds;
using SecureFL.Messages.Rounds;
using SecureFL.Messages.Violations;
using SecureFL.Protocol.Roles;
using SecureFL.Protocol.Summation;
using SecureFL.Server.State;
using SecureFL.Transport.Contracts;

namespace SecureFL.Server.Rounds;

/// <summary>
/// Opening the sums and making the next model of them: worked out once, outside the lock, then made durable in one
/// transaction. One caller at a time.
/// </summary>
internal sealed class SumOpening(
    EngineState state, RoundSteps steps, TrainingRun? run, ServerFolder folder, SumFiles files)
{
    private readonly TrainingCourse? _course = run?.Course;
    private StagedRound? _staged;
    private bool _isApplied;

    /// <summary>Whether an outcome is known that the disk has not taken yet.</summary>
    public bool IsStaged => _staged is not null;

    /// <summary>Opens the round under way, as far as its releases do.</summary>
    /// <exception cref="IOException">The disk fails: the step is to be taken again.</exception>
    public void Open()
    {
        RoundWork work = state.Work!;
        OpenedSumFile? opened = null;
        try
        {
            SumTotals sink = new(state.Plan, work.Round.Closed!.Proposal.Groups.Length);
            opened = state.Plan.Limits.Sizes.LinearDigestBytes > 0 ? new OpenedSumFile(folder.DraftSum(work.Number))
                : null;
            if (Sum(work, sink, opened) is not { } result)
            {
                return;
            }

            _staged = Stage(work, result, sink) with { Opened = opened };
        }
        finally
        {
            if (!IsStaged)
            {
                opened?.Dispose();
            }

            lock (state.Gate)
            {
                work.Opening = state.Session.IsBusy = IsStaged;
            }
        }

        Commit();
    }

    /// <summary>Makes the outcome durable; the round is decided.</summary>
    /// <exception cref="IOException">The disk fails: the step is to be taken again.</exception>
    public void Commit()
    {
        StagedRound staged = _staged!;
        RoundWork work = staged.Work;
        if (staged.Described is not null)
        {
            run!.PublishBest(staged.Described);
        }

        run?.Store(work.Number);
        if (staged.Sum is (float[] sum, long[] counters))
        {
            files.Write(staged.Summary, sum, counters);
        }

        staged.Opened?.Finish(staged.Evidence, folder.OpenedSum(staged.Version.Number));

        lock (state.Gate)
        {
            Action append = state.Facts.Decide(staged.Summary, staged.Version, staged.Records,
                _course is null ? null : work.Number, staged.Ended, staged.Incomplete);
            state.Enter(null);
            (_staged, _isApplied) = (null, false);
            state.Model.Take(_course, state.Facts.Recent);
            state.Append(append);
        }

        staged.Opened?.Dispose();
        Tell(staged);
        state.Wake(phase: true);
        try
        {
            run?.Publish();
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            // The round is decided; the next one, or the next start, publishes.
            Log.TidyingFailed(state.Log, work.Number, fault);
        }

        steps.LetGoAsync(work).GetAwaiter().GetResult();
    }

    private AggregationResult? Sum(RoundWork work, SumTotals sink, OpenedSumFile? opened)
    {
        try
        {
            return work.Round.Server!.Open(sink, opened);
        }
        catch (ProtocolViolationException violation)
        {
            lock (state.Gate)
            {
                work.ReleasesInVain = work.Round.Holders.Releases.Count;
                work.EnoughSince = null;
            }

            Log.OpeningFailed(state.Log, work.Number, violation.Message);
            return null;
        }
    }

    private StagedRound Stage(RoundWork work, AggregationResult result, SumTotals totals)
    {
        TakeBack();
        AggregationServer server = work.Round.Server!;
        int[] clients = [.. result.Groups.Where(group => group.IsOpened).SelectMany(group => group.Clients).Order()];
        float[] sum = [];
        long[] counters = [];
        RoundRecord? described = null;
        string? ended = null;
        string? spoiled = null;
        if (clients.Length == 0)
        {
            spoiled = SpoiledRound.Reason(result.Groups[0].Status);
        }
        else
        {
            try
            {
                (sum, counters) = totals.Finish(clients.Length);
                state.Tampering.Opened(work.Number, sum, counters);
                _isApplied = _course is not null;
                described = _course?.Apply(work.Kind, sum, counters,
                    [.. clients.Select(client => state.Plan.Enrolment.Clients[client].Name)]);
                if (_course is not null && state.Tampering.GoOn(work.Number, _course.Save) is { } invented)
                {
                    _course.GoOnFrom(invented);
                }

                ended = _course is { Next: null } ? EndOf(_course) : null;
            }
            catch (Exception fault) when (!CourseFaults.IsOfTheMachine(fault))
            {
                // The sum is certified and stays what it is: what fails on it now would fail at every start again.
                (described, ended) = (null, null);
                spoiled = SpoiledRound.Reason(fault);
                if (fault is not ProtocolViolationException)
                {
                    Log.SumUnreadable(state.Log, work.Number, fault);
                }

                TakeBack();
            }
        }

        ModelVersion version = _course is null || clients.Length == 0 ? server.Advance(result)
            : server.Advance(result, _course.Stamp.Digest);
        RoundSummary summary = steps.Summarise(work, spoiled is null ? RoundPhase.Opened : RoundPhase.Spoiled, clients,
            Metrics(described));
        if (_course is not null && spoiled is null)
        {
            summary.Warnings.AddRange(_course.Notes);
        }

        if (spoiled is not null)
        {
            summary.Reason = spoiled;
            summary.Spent.AddRange(
                server.Accepted.Select(statement => state.Plan.Enrolment.Clients[statement.Client].Name));
            ended = SpoiledRound.End(state.Plan, summary, state.Facts.Recent, state.Model.Eligible(work.Kind));
        }

        if (_course is null && clients.Length > 0 && spoiled is null)
        {
            files.Scale(sum);
        }

        return new StagedRound(work, version, server.CreateEvidence(version), [.. server.CreateRecords(result)],
            summary, ended)
        {
            Incomplete = ended is not null
                && ((spoiled is not null && work.Kind != RoundKind.Evaluation)
                    || _course?.Stopped == StopReason.Diverged),
            Described = described,
            Sum = _course is null && clients.Length > 0 && spoiled is null ? (sum, counters) : null,
        };
    }

    // What an outcome that never became durable did to the run: it is worked out again from the last durable state.
    private void TakeBack()
    {
        if (_isApplied)
        {
            _course!.TakeBack(TrainingRun.Read(folder.Checkpoint(state.Facts.Checkpoint)));
            _isApplied = false;
        }
    }

    private void Tell(StagedRound staged)
    {
        ulong round = staged.Work.Number;
        if (staged.Summary.Outcome == RoundPhase.Spoiled)
        {
            Log.RoundSpoiled(state.Log, round, staged.Summary.Reason);
        }
        else
        {
            Log.SumOpened(state.Log, round, staged.Summary.Contributors.Count, staged.Version.Number,
                staged.Version.Model.ToShortString());
            if (staged.Work.Kind == RoundKind.Preparation && _course is { Progress: { Opened: > 0 } progress })
            {
                string[] absent =
                    [.. state.Plan.Enrolment.Clients.Select(client => client.Name).Except(staged.Summary.Contributors)];
                Log.Prepared(
                    state.Log, round, progress.Steps.Steps[progress.Opened - 1].Name, progress.Opened,
                    progress.Steps.Steps.Length, string.Join(", ", staged.Summary.Contributors),
                    absent.Length == 0 ? "nobody" : string.Join(", ", absent));
                if (progress is { IsComplete: true, State.Note: string note })
                {
                    Log.Quantisation(state.Log, round, note);
                }
            }

            foreach (string warning in staged.Summary.Warnings)
            {
                Log.Quantisation(state.Log, round, warning);
            }
        }

        if (staged.Described is RoundRecord described)
        {
            Log.RoundMeasured(state.Log, described.Round,
                RoundMetricInfo.Line(RoundMetricInfo.Values(described.Train, described.Test)));
        }

        ServerMetrics.RoundEnded(staged.Summary);
        if (staged.Ended is not null)
        {
            Log.SessionEnded(state.Log, staged.Ended);
        }
    }

    private static string EndOf(TrainingCourse course) => course.Stopped switch
    {
        StopReason.Diverged when Divergence.Find(course.History, ended: true) is (int round, string reason) =>
            string.Create(
                System.Globalization.CultureInfo.InvariantCulture,
                $"training has diverged in round {round}: {reason}; no model is delivered, lower the learning rate "
                + $"in a new plan"),
        StopReason.Target => "training has ended: the target was reached",
        StopReason.NoImprovement => "training has ended: no improvement",
        _ => "training has ended: all rounds are done",
    };

    private static Dictionary<string, double>? Metrics(RoundRecord? record) =>
        record is null ? null : RoundMetricInfo.Values(record.Train, record.Test);
}
