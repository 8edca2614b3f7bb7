namespace SecureFL.Bench.KeyHolders;

/// <summary>What one round costs one key holder. The JSON has the same names in camel case.</summary>
internal sealed record KeyHolderArm
{
    public required string Arm { get; init; }

    public required long Parameters { get; init; }

    public required int Clients { get; init; }

    /// <summary>Bytes that reach the holder for one client: statement, share proof and sealed share.</summary>
    public required double BytesPerClient { get; init; }

    /// <summary>All bytes to and from the holder: opening, shares, proposal, vote, certificate, release.</summary>
    public required long BytesPerRound { get; init; }

    /// <summary>Median over the rounds, processor time of one thread.</summary>
    public required double SecondsPerRound { get; init; }

    public required double MillisecondsPerClient { get; init; }

    public required int Rounds { get; init; }
}
