namespace SecureFL.Bench.Network;

/// <summary>
/// Whole rounds over mutual TLS against a server in a process of its own. The JSON has the same names in camel case.
/// </summary>
internal sealed record NetworkArm
{
    public required string Arm { get; init; }

    public required int Clients { get; init; }

    public required long Parameters { get; init; }

    public required int Rounds { get; init; }

    /// <summary>Emulated round trip between each client and the server.</summary>
    public required double RoundTripMilliseconds { get; init; }

    /// <summary>Uploads under way at the same time.</summary>
    public required int UploadsAtOnce { get; init; }

    /// <summary>
    /// From the first invitation to the last opening; encryption, which clients do before, is not in it.
    /// </summary>
    public required double RoundsPerMinute { get; init; }

    /// <summary>The server's high-water mark over all rounds.</summary>
    public required long ServerPeakRssBytes { get; init; }

    /// <summary>The running sum of ciphertexts: what any aggregation has to hold.</summary>
    public required long AggregateBytes { get; init; }

    /// <summary>See <see cref="NetworkMemory"/>.</summary>
    public required long RssLimitBytes { get; init; }

    /// <summary>All contributions together, from the first byte to the last accepted header.</summary>
    public required double UploadMiBPerSecond { get; init; }

    /// <summary>From the last byte of a window, or of the header, to its acknowledgement.</summary>
    public required double P99AckMilliseconds { get; init; }

    public required double MedianAckMilliseconds { get; init; }

    public required long UploadBytesPerClient { get; init; }

    /// <summary>Clients whose streams were open at the same time while the round ran.</summary>
    public required int ConnectedAtOnce { get; init; }
}
