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

    /// <summary>
    /// Opens summed ciphertexts by evidence whose signatures and quorums have been checked, and refuses others than the
    /// certified contributions'. Null in suites where clients take the server's word.
    /// </summary>
    /// <param name="plan">The plan.</param>
    /// <param name="evidence">Opening, certificate, releases.</param>
    /// <param name="ciphertexts">The summed ciphertexts from where it stands, as
    /// <see cref="Stores.ISummedCiphertextSink"/> got them.</param>
    /// <param name="sink">Receives the sums, which are nobody's before this returns.</param>
    /// <exception cref="Messages.Violations.ProtocolViolationException">As said.</exception>
    Summation.AggregationResult? OpenSum(AggregationPlan plan, SumEvidence evidence, Stream ciphertexts,
        Stores.ISumSink sink) => null;
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
