using SecureFL.Messages.Primitives;
using SecureFL.Protocol.Summation;

namespace SecureFL.Protocol.Transcripts;

/// <summary>
/// How an application makes a model from the one before and an opened sum: a deterministic function, so that an auditor
/// can recompute it. Called for each version in chain order.
/// </summary>
public interface IModelRule
{
    /// <summary>
    /// The digest of the model that <paramref name="sums"/> makes of the model with digest <paramref name="previous"/>.
    /// </summary>
    /// <param name="previous">Digest of the model before.</param>
    /// <param name="sums">The recomputed sums of the round, or null where no ciphertexts were given.</param>
    /// <param name="sum">Digest of the round's sums.</param>
    /// <returns>The digest, or null if it cannot be told without the sums.</returns>
    Digest? Apply(Digest previous, AggregationResult? sums, Digest sum);
}
