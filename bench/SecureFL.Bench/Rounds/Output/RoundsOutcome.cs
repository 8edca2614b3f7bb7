using SecureFL.Bench.Rounds.Metering;
using SecureFL.Bench.Rounds.Running;
using SecureFL.Bench.Rounds.Sweeps;

namespace SecureFL.Bench.Rounds.Output;

/// <summary>Everything that a run found out.</summary>
internal sealed record RoundsOutcome(RoundsSettings Settings, IReadOnlyList<ArmFigures> Arms,
    IReadOnlyList<RoundSample> Samples)
{
    /// <summary>Cost against the model's size; empty where no sweep was run.</summary>
    internal IReadOnlyList<SweepPoint> SizeSweep { get; init; } = [];

    /// <summary>Cost against the number of clients.</summary>
    internal IReadOnlyList<SweepPoint> ClientSweep { get; init; } = [];

    /// <summary>What the curves say about how cost grows.</summary>
    internal IReadOnlyList<ScalingVerdict> Verdicts => Scaling.Of(SizeSweep, ClientSweep);

    /// <summary>Whether the curves go as far as the claims: to 10^8 parameters and 1000 clients.</summary>
    internal bool SweepIsFull => SizeSweep.Any(point => point.Parameters >= Scaling.FlatTo)
        && ClientSweep.Any(point => point.Clients >= Scaling.MostClients);

    /// <summary>The server's memory against the number of clients.</summary>
    internal IReadOnlyList<MemoryPoint> MemorySweep { get; init; } = [];
}
