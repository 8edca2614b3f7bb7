namespace SecureFL.Bench.Network;

/// <summary>
/// What the server's process may take at its peak: the parts that docs/limits.md names, with what each was measured
/// at.
/// </summary>
internal static class NetworkMemory
{
    /// <summary>
    /// The process before anybody connects: 95 to 100 MB, of which 65 are the runtime's mapped files.
    /// </summary>
    internal const long Process = 100_000_000;

    /// <summary>
    /// A connection with its TLS session, its pipes and the stream that watches the rounds: .16 to .21 MB.
    /// </summary>
    internal const long Connection = 200_000;

    /// <summary>
    /// What the collector leaves lying: four times the budget of its youngest generation, which the server's programs
    /// set to 8 MiB (Collector.props); left alone it follows the processor's third-level cache, and 175 MB were seen.
    /// </summary>
    internal const long Garbage = 4 * (8L << 20);

    /// <summary>Copies of an accepted header while a round lasts: what was read, and what is stored of it.</summary>
    internal const int HeaderCopies = 2;

    /// <summary>The limit.</summary>
    /// <param name="clients">Clients, all connected.</param>
    /// <param name="headerBytes">Header of a contribution: its shares for the key holders above all.</param>
    /// <param name="bytesInFlight">What the server admits of uploads at once, in pipes and in pools.</param>
    /// <param name="aggregateBytes">The running sum; opening it takes two more of its size.</param>
    internal static long Limit(int clients, long headerBytes, long bytesInFlight, long aggregateBytes) =>
        Process + Garbage + (clients * (Connection + (HeaderCopies * headerBytes))) + bytesInFlight
        + (3 * aggregateBytes);
}
