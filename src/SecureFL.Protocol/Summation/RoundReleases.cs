using SecureFL.Messages.Rounds;

namespace SecureFL.Protocol.Summation;

/// <summary>A certificate and the releases that open it.</summary>
/// <param name="Certificate">The agreed set.</param>
/// <param name="Releases">At least t releases.</param>
public sealed record RoundReleases(RoundCertificate Certificate, IReadOnlyList<Release> Releases);
