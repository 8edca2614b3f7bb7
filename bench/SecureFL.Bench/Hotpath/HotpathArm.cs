namespace SecureFL.Bench.Hotpath;

/// <summary>
/// The figures of one arm; the JSON has the same names in camel case. Times are medians in nanoseconds.
/// </summary>
internal sealed record HotpathArm
{
    public required string Arm { get; init; }

    public required long MeasuredParameters { get; init; }

    public required int MeasuredClients { get; init; }

    public required double UploadBytesPerParameter { get; init; }

    public required double ClientEncryptNsPerParameter { get; init; }

    /// <summary>With the masks prepared beforehand; null where the suite has none.</summary>
    public required double? ClientOnlineNsPerParameter { get; init; }

    public required double ServerAddNsPerParameterPerClient { get; init; }

    public required double Float32AddNsPerParameter { get; init; }

    public required double OpenNsPerParameter { get; init; }

    public required bool SumIsExact { get; init; }

    /// <summary>Where sums are approximate by design: the largest error over clients times clip.</summary>
    public double? MaxRelativeError { get; init; }

    /// <summary>Exact, or as good as the arm promises.</summary>
    public bool SumIsRight { get => field || SumIsExact; init; }

    public required double AllocatedBytesPerChunk { get; init; }

    public required int SecurityBits { get; init; }

    public required int Threads { get; init; }

    public required string ParameterSet { get; init; }

    /// <summary>
    /// One active key holder's partial decryption of the sum, once a round; null where holders do not decrypt.
    /// </summary>
    public double? PartialNsPerParameter { get; init; }

    /// <summary>Bytes of that partial decryption.</summary>
    public double? ShareBytesPerParameter { get; init; }

    /// <summary>From the sum and t partial decryptions to float means, once a round.</summary>
    public double? CombineNsPerParameter { get; init; }

    /// <summary>
    /// Encryption with the linear digest of each chunk right after it; null where the arm has none.
    /// </summary>
    public double? ClientWithDigestNsPerParameter { get; init; }

    /// <summary>
    /// What the digest adds: the median of the differences between both encryptions of the same vector.
    /// </summary>
    public double? ClientDigestNsPerParameter { get; init; }

    public double? ClientDigestSpread { get; init; }

    /// <summary>The linear digest of the unreduced sum alone, as the server checks it before it hands it out.</summary>
    public double? SumDigestNsPerParameter { get; init; }

    /// <summary>
    /// A client's whole verification on one thread, once a round: unpack the sum, digest it, open it, decode the means.
    /// </summary>
    public double? VerifySumNsPerParameter { get; init; }

    /// <summary>Of the packed sum that every client fetches.</summary>
    public double? DownloadBytesPerParameter { get; init; }

    public required double ClientEncryptSpread { get; init; }

    public required double ServerAddSpread { get; init; }

    public required double Float32AddSpread { get; init; }
}
