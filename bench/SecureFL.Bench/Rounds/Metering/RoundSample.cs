namespace SecureFL.Bench.Rounds.Metering;

/// <summary>
/// What one round of one arm cost. Seconds; the totals are from float vectors at the clients to float means at the
/// server.
/// </summary>
internal sealed record RoundSample
{
    public required string Arm { get; init; }

    public required int Repetition { get; init; }

    public required double CpuSeconds { get; init; }

    public required double WallSeconds { get; init; }

    public required double[] StageCpuSeconds { get; init; }

    public required double[] StageWallSeconds { get; init; }

    public required long UploadBytesPerClient { get; init; }

    public required RoleBytes Bytes { get; init; }

    /// <summary>What one client fetched after the opening.</summary>
    public required long DownloadBytes { get; init; }

    public required long PeakRssBytes { get; init; }

    public required SumVerdict Verdict { get; init; }

    /// <summary>Quantise and encrypt: float32 in memory to ciphertext bytes.</summary>
    public double EncryptCpuSeconds => StageCpuSeconds[(int)Stage.Quantise] + StageCpuSeconds[(int)Stage.Encrypt];
}

/// <summary>
/// Bytes of canonical messages in one round. Framing and TLS records come on top and are the same for all arms.
/// </summary>
/// <param name="ClientSent">By one client.</param>
/// <param name="ClientReceived">By one client: invitation, and means or the sum with its evidence.</param>
/// <param name="ServerReceived">By the server, from all clients and key holders.</param>
/// <param name="ServerSent">By the server, to all clients and key holders.</param>
/// <param name="KeyHolderReceived">By one key holder.</param>
/// <param name="KeyHolderSent">By one key holder.</param>
internal sealed record RoleBytes(
    long ClientSent, long ClientReceived, long ServerReceived, long ServerSent, long KeyHolderReceived,
    long KeyHolderSent);

/// <summary>How the opened sum compares with the sum of what went in.</summary>
/// <param name="SumIsExact">Whether it is, bit for bit, the sum of the integers that the clients quantised to; false
/// for arms that sum floats.</param>
/// <param name="HasIntegers">Whether the arm sums integers.</param>
/// <param name="MaxError">Largest distance of a mean from the mean of the float inputs in double precision.</param>
/// <param name="RmsError">Root of the mean square of that distance.</param>
internal sealed record SumVerdict(bool SumIsExact, bool HasIntegers, double MaxError, double RmsError);
