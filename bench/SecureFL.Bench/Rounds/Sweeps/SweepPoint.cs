namespace SecureFL.Bench.Rounds.Sweeps;

/// <summary>
/// One arm's round at one size: medians, in seconds; bytes to and from one key holder, and the largest resident set of
/// the benchmark.
/// </summary>
internal sealed record SweepPoint(
    string Arm, long Parameters, int Clients, int Rounds, double CpuSeconds, double EncryptCpuSeconds,
    double ServerCpuSeconds, double KeyHoldersCpuSeconds, double? Spread, long KeyHolderBytes, long PeakRssBytes,
    int? RingDegree)
{
    /// <summary>
    /// Processor time of clients, transport and server by parameter and client. The key holders', which does not grow
    /// with the parameters, is apart.
    /// </summary>
    public double CpuNanosecondsPerParameterAndClient =>
        (CpuSeconds - KeyHoldersCpuSeconds) * 1e9 / Parameters / Clients;

    /// <summary>The clients' part of it.</summary>
    public double EncryptNanosecondsPerParameterAndClient => EncryptCpuSeconds * 1e9 / Parameters / Clients;
}

/// <summary>Largest resident set of a process that plays the server alone.</summary>
internal sealed record MemoryPoint(string Arm, long Parameters, int Clients, long ServerBytes);
