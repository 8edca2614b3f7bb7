using SecureFL.Messages.Identity;
using SecureFL.Messages.Primitives;
using SecureFL.Messages.Rounds;
using SecureFL.Protocol.Plans;
using SecureFL.Ring.Randomness;
using SecureFL.Rlwe.Quantization;

namespace SecureFL.Protocol.Suites;

/// <summary>A client's half of a suite. Not thread-safe.</summary>
public interface ISuiteClient
{
    /// <summary>A cipher for one contribution.</summary>
    /// <exception cref="Messages.Violations.ProtocolViolationException">The round cannot be encrypted for.</exception>
    IContributionCipher CreateCipher(ContributionTerms terms);
}

/// <summary>What one contribution is made of.</summary>
/// <param name="Plan">The plan.</param>
/// <param name="Opening">The round, checked.</param>
/// <param name="Client">The client's plan index.</param>
/// <param name="BaseVersion">Digest of the base version.</param>
/// <param name="Identity">Signs the statement.</param>
/// <param name="Entropy">Secret randomness.</param>
/// <param name="Rounding">How values are quantised.</param>
/// <param name="RoundingSeed">Fixes stochastic rounding; null: drawn.</param>
public sealed record ContributionTerms(AggregationPlan Plan, RoundOpening Opening, int Client, Digest BaseVersion,
    SigningIdentity Identity, IEntropySource Entropy, Rounding Rounding, ulong? RoundingSeed);
