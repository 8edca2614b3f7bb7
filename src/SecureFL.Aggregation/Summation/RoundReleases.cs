namespace SecureFL.Aggregation;

/// <summary>A certificate and the releases that open it.</summary>
/// <param name="Certificate">The agreed set.</param>
/// <param name="Releases">At least t releases.</param>
public sealed record RoundReleases(RoundCertificate Certificate, IReadOnlyList<Release> Releases)
{
    /// <summary>
    /// In the joint-key suite the partial decryptions of the active key holders, made as they are enumerated.
    /// </summary>
    public IEnumerable<PartialDecryptionChunk> Partials { get; init; } = [];
}
