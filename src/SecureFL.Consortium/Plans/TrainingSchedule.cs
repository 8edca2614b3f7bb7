using SecureFL.Learning.Preparation;
using SecureFL.Messages.Rounds;
using SecureFL.Transport.Contracts;

namespace SecureFL.Consortium.Plans;

/// <summary>
/// Which task comes next: a function of the plan's terms and of what the newest model version tells, so that a client
/// knows it without being told.
/// </summary>
internal static class TrainingSchedule
{
    /// <summary>The task on a model version; null if training has ended with it.</summary>
    /// <param name="terms">The terms; null for plain sums.</param>
    /// <param name="step">Model updates before it.</param>
    /// <param name="progress">How far the preparation has come.</param>
    /// <param name="isMeasured">Asynchronous training: whether all sites have evaluated the version.</param>
    internal static RoundTask? Next(TrainingTerms terms, int step, PreparationProgress progress, bool isMeasured)
    {
        if (!progress.IsComplete)
        {
            return new RoundTask(TaskKind.Preparation, (ulong)progress.Opened);
        }

        // Asynchronous rounds are of those who happen to arrive: what is known of a version comes from all sites.
        bool isMeasurementDue = terms.Asynchronous is { } pace && pace.Measures(step) && !isMeasured;
        return step < terms.Stopping.Rounds
            ? new RoundTask(isMeasurementDue ? TaskKind.Evaluation : TaskKind.Training, (ulong)step)
            : terms.Rounds.FinalEvaluation ? new RoundTask(TaskKind.Evaluation, (ulong)step) : null;
    }

    /// <summary>The kind as the transport writes it.</summary>
    internal static RoundKind OnTheWire(TaskKind kind) => kind switch
    {
        TaskKind.Training => RoundKind.Training,
        TaskKind.Evaluation => RoundKind.Evaluation,
        TaskKind.Preparation => RoundKind.Preparation,
        TaskKind.Sum => RoundKind.Sum,
        _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, "no kind of task"),
    };
}
