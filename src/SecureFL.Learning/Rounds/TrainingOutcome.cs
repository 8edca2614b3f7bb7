using System.Collections.Immutable;
using SecureFL.Learning.Metrics;
using SecureFL.Learning.Models;

namespace SecureFL.Learning.Rounds;

/// <summary>What a run delivers.</summary>
/// <param name="Model">The delivered model: the last one, or the moving average.</param>
/// <param name="Stopped">Why training ended.</param>
/// <param name="History">One record a round.</param>
/// <param name="Train">Summed counters of the delivered model on training rows.</param>
/// <param name="Test">Summed counters of the delivered model on test rows.</param>
/// <param name="Checkpoint">The state at the end: more rounds can follow from it.</param>
public sealed record TrainingOutcome(
    ModelParameters Model,
    StopReason Stopped,
    ImmutableArray<RoundRecord> History,
    EvaluationCounts Train,
    EvaluationCounts Test,
    TrainingCheckpoint Checkpoint);

/// <summary>Hears of a run's progress. The calls come in order and are awaited.</summary>
public interface IRunObserver
{
    /// <summary>A round is done and the state after it can be stored.</summary>
    ValueTask OnCheckpointAsync(TrainingCheckpoint checkpoint, CancellationToken cancellationToken);

    /// <summary>A site's trainer failed and the round goes on without it. May be called from several threads.</summary>
    void OnTrainerFault(TrainerFaultException fault)
    {
    }

    /// <summary>The metrics of a round's model are known.</summary>
    ValueTask OnRoundAsync(RoundRecord record, CancellationToken cancellationToken);
}
