namespace SecureFL.Bench.Rounds.Sweeps;

/// <summary>Sizes that the report's curves go through.</summary>
internal sealed record SweepPlan(IReadOnlyList<long> Sizes, IReadOnlyList<int> ClientCounts, IReadOnlyList<int> MemoryCounts)
{
    /// <summary>Clients of the curve over sizes.</summary>
    internal const int ClientsOfSizes = 10;

    /// <summary>Parameters of the curve over clients.</summary>
    internal const long ParametersOfClients = 262_144;

    /// <summary>Parameters of the curve of memory.</summary>
    internal const long ParametersOfMemory = 1_000_000;

    /// <summary>Values, parameters times clients, of a short round and of a middling one.</summary>
    internal const long FewValues = 10_000_000;
    internal const long ManyValues = 200_000_000;

    /// <summary>Measured rounds of a point by its values, after one that is not measured: short ones are noisier.</summary>
    internal static int RoundsOf(long values) => values switch
    {
        <= FewValues => 15,
        <= ManyValues => 5,
        _ => 3,
    };

    internal static SweepPlan Quick { get; } = new([10_000, 100_000, 1_000_000, 3_000_000, 10_000_000], [4, 10, 30, 100], [4, 16, 64]);

    internal static SweepPlan Full { get; } = new([10_000, 100_000, 1_000_000, 3_000_000, 10_000_000, 100_000_000], [4, 10, 30, 100, 300, 1000], [4, 16, 64, 256]);

    /// <summary>Only the points of a small test.</summary>
    internal static SweepPlan Tiny { get; } = new([1000, 100_000], [4, 8], [4, 8]);
}
