namespace SecureFL.Bench.Rounds.Output;

/// <summary>
/// The figures of one arm, flat; the JSON has the same names in camel case, the CSV too. Times are medians over the
/// measured rounds, in seconds; spreads are (largest - smallest) / median, null for a single round.
/// </summary>
internal sealed record ArmFigures
{
    public required string Arm { get; init; }

    /// <summary>What the arm was run with; fewer than asked for where it is slow. Never scaled.</summary>
    public required long MeasuredParameters { get; init; }

    public required int MeasuredClients { get; init; }

    public required long RequestedParameters { get; init; }

    public required int RequestedClients { get; init; }

    public required int Bits { get; init; }

    public required int KeyHolders { get; init; }

    public required int Threshold { get; init; }

    /// <summary>
    /// All processor time of the round, transport included: float32 vectors at the clients to float32 means at the
    /// server. All clients together.
    /// </summary>
    public required double CpuSeconds { get; init; }

    public required double? CpuSpread { get; init; }

    /// <summary>Of it: float32 in memory to ciphertext bytes, all clients together.</summary>
    public required double EncryptCpuSeconds { get; init; }

    public required double? EncryptSpread { get; init; }

    /// <summary>
    /// The same round by the clock on this machine, clients one after another (or as many at once as there are
    /// threads).
    /// </summary>
    public required double WallSeconds { get; init; }

    public required double? WallSpread { get; init; }

    /// <summary>
    /// A round by the clock with every client on an emulated line of its own, all at once; null where none was run.
    /// </summary>
    public required double? WanWallSeconds { get; init; }

    public required double? WanSpread { get; init; }

    public required int? WanMeasuredClients { get; init; }

    public required double? WanMegabitsPerSecond { get; init; }

    public required double? WanDelayMilliseconds { get; init; }

    public required double? WanLoss { get; init; }

    public required long UploadBytesPerClient { get; init; }

    public required double UploadBytesPerParameter { get; init; }

    /// <summary>
    /// log2 of the number of values a sum can have, by 8: fewer bytes a parameter cannot carry it exactly.
    /// </summary>
    public required double FloorBytesPerParameter { get; init; }

    /// <summary>
    /// Whether the opened sum was, in every round and bit for bit, the sum of the integers that the clients quantised
    /// to. False where floats are summed.
    /// </summary>
    public required bool SumIsExact { get; init; }

    /// <summary>Whether the arm sums integers, so that anything but an exact sum is a fault.</summary>
    public required bool ClaimsExactness { get; init; }

    /// <summary>Of a mean, in the unit of the values, against double precision.</summary>
    public required double MaxError { get; init; }

    public required double RmsError { get; init; }

    /// <summary>Largest resident set of the benchmark process in a round: all roles together.</summary>
    public required long PeakRssBytes { get; init; }

    /// <summary>
    /// Largest resident set of a process that plays this role alone; null where it was not asked for.
    /// </summary>
    public required long? ServerPeakRssBytes { get; init; }

    public required long? ClientPeakRssBytes { get; init; }

    public required long? KeyHolderPeakRssBytes { get; init; }

    /// <summary>Resident set of the same program before it does anything.</summary>
    public required long? IdleRssBytes { get; init; }

    public required int SecurityBits { get; init; }

    public required string SecurityRule { get; init; }

    public required string ParameterSet { get; init; }

    public required string Description { get; init; }

    public required string Transport { get; init; }

    public required int Threads { get; init; }

    public required int Rounds { get; init; }

    public required double QuantiseCpuSeconds { get; init; }

    public required double EncryptOnlyCpuSeconds { get; init; }

    /// <summary>The root over the ciphertext that a client signs: in CpuSeconds, not in EncryptCpuSeconds.</summary>
    public required double HashCpuSeconds { get; init; }

    public required double UploadCpuSeconds { get; init; }

    public required double AddCpuSeconds { get; init; }

    public required double KeyHoldersCpuSeconds { get; init; }

    public required double OpenCpuSeconds { get; init; }

    /// <summary>
    /// One client fetches the means, or the packed sum with its evidence where clients check it: not in CpuSeconds.
    /// </summary>
    public required double DownloadCpuSecondsPerClient { get; init; }

    /// <summary>
    /// One client checks and opens that sum, its thread's time: not in CpuSeconds; 0 where clients take the server's
    /// word.
    /// </summary>
    public required double VerifyCpuSecondsPerClient { get; init; }

    public required double QuantiseWallSeconds { get; init; }

    public required double EncryptOnlyWallSeconds { get; init; }

    public required double HashWallSeconds { get; init; }

    public required double UploadWallSeconds { get; init; }

    public required double AddWallSeconds { get; init; }

    public required double KeyHoldersWallSeconds { get; init; }

    public required double OpenWallSeconds { get; init; }

    public required double DownloadWallSecondsPerClient { get; init; }

    public required double VerifyWallSecondsPerClient { get; init; }

    /// <summary>Of what one client fetches after the opening.</summary>
    public required double DownloadBytesPerParameter { get; init; }

    public required long ClientReceivedBytes { get; init; }

    public required long ServerReceivedBytes { get; init; }

    public required long ServerSentBytes { get; init; }

    public required long KeyHolderReceivedBytes { get; init; }

    public required long KeyHolderSentBytes { get; init; }

    public required double CpuNanosecondsPerParameterAndClient { get; init; }

    public required double EncryptNanosecondsPerParameterAndClient { get; init; }

    /// <summary>
    /// CpuSeconds times requested over measured parameters and clients: an estimate, equal to CpuSeconds where nothing
    /// was left out.
    /// </summary>
    public required double ScaledCpuSeconds { get; init; }

    public required double ScaledUploadBytesPerClient { get; init; }
}
