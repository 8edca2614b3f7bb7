namespace SecureFL.Bench.KeyHolders;

/// <summary>What one round costs one key holder. The JSON has the same names in camel case.</summary>
internal sealed record KeyHolderArm
{
    public required string Arm { get; init; }

    public required long Parameters { get; init; }

    public required int Clients { get; init; }

    /// <summary>Most of <see cref="BytesPerClient"/>, whatever the model and the number of clients.</summary>
    public const double MostBytesPerClient = 95_000;

    /// <summary>
    /// Bytes that reach the holder for one client: statement, share proof, sealed share, linear digest.
    /// </summary>
    public required double BytesPerClient { get; init; }

    /// <summary>All bytes to and from the holder: opening, shares, proposal, vote, certificate, release.</summary>
    public required long BytesPerRound { get; init; }

    /// <summary>Median over the rounds, processor time of one thread.</summary>
    public required double SecondsPerRound { get; init; }

    public required double MillisecondsPerClient { get; init; }

    public required int Rounds { get; init; }

    /// <summary>
    /// <see cref="BytesPerClient"/> of a plan of another length in the same ring: the model does not count.
    /// </summary>
    public required double BytesPerClientOfOtherModel { get; init; }

    /// <summary>Whether a client costs a holder no more bytes than it may, and the same for any model.</summary>
    public bool BytesAreBounded =>
        BytesPerClient <= MostBytesPerClient && BytesPerClientOfOtherModel <= MostBytesPerClient
        && Math.Abs(BytesPerClient - BytesPerClientOfOtherModel) < 1;
}
