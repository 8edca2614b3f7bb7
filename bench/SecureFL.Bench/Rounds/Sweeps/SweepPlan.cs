namespace SecureFL.Bench.Rounds.Sweeps;

/// <summary>Points that the report's curves go through.</summary>
/// <param name="Sizes">Parameters of the curve over sizes.</param>
/// <param name="ClientsOfSizes">Clients of that curve.</param>
/// <param name="ClientCounts">Clients of the curve over clients, all under one plan, which is for the most of
/// them.</param>
/// <param name="MemoryCounts">Clients of the curve of memory.</param>
/// <param name="ShortRounds">Measured rounds of a point of few values (parameters times clients), after one that is not
/// measured: short ones are noisier.</param>
/// <param name="LongRounds">Likewise of many.</param>
internal sealed record SweepPlan(IReadOnlyList<long> Sizes, int ClientsOfSizes, IReadOnlyList<int> ClientCounts,
    IReadOnlyList<int> MemoryCounts, int ShortRounds, int LongRounds)
{
    /// <summary>Parameters of the curve over clients.</summary>
    internal const long ParametersOfClients = 262_144;

    /// <summary>Parameters of the curve of memory.</summary>
    internal const long ParametersOfMemory = 1_000_000;

    private const long FewValues = 10_000_000;
    private const long ManyValues = 200_000_000;

    internal static SweepPlan Quick { get; } =
        new([10_000, 100_000, 1_000_000, 3_000_000, 10_000_000], 4, [4, 10, 30, 100], [4, 16, 64], ShortRounds: 9,
            LongRounds: 3);

    internal static SweepPlan Full { get; } =
        new([10_000, 100_000, 1_000_000, 3_000_000, 10_000_000, 100_000_000], 10, [4, 10, 30, 100, 300, 1000],
            [4, 16, 64, 256], ShortRounds: 15, LongRounds: 3);

    /// <summary>Only the points of a small test.</summary>
    internal static SweepPlan Tiny { get; } = new([1000, 100_000], 4, [4, 8], [4, 8], ShortRounds: 2, LongRounds: 1);

    /// <summary>Measured rounds of a point: from many to few as they get longer.</summary>
    internal int RoundsOf(long values) => values switch
    {
        <= FewValues => ShortRounds,
        <= ManyValues => (ShortRounds + LongRounds) / 3,
        _ => LongRounds,
    };
}
