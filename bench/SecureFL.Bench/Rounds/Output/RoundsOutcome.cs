using SecureFL.Bench.Rounds.Metering;
using SecureFL.Bench.Rounds.Running;
using SecureFL.Bench.Rounds.Sweeps;

namespace SecureFL.Bench.Rounds.Output;

/// <summary>Everything that a run found out.</summary>
internal sealed record RoundsOutcome(RoundsSettings Settings, IReadOnlyList<ArmFigures> Arms, IReadOnlyList<RoundSample> Samples)
{
    /// <summary>Cost against the model's size; empty where no sweep was run.</summary>
    internal IReadOnlyList<SweepPoint> SizeSweep { get; init; } = [];

    /// <summary>Cost against the number of clients.</summary>
    internal IReadOnlyList<SweepPoint> ClientSweep { get; init; } = [];

    /// <summary>The server's memory against the number of clients.</summary>
    internal IReadOnlyList<MemoryPoint> MemorySweep { get; init; } = [];
}
