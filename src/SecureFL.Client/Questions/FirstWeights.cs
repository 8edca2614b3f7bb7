using SecureFL.Consortium.Approvals;
using SecureFL.Consortium.Plans;
using SecureFL.Learning.Models;
using SecureFL.Messages.Primitives;

namespace SecureFL.Client.Questions;

/// <summary>
/// Questions about weights. Those before the first update count as the ones that this site draws from the terms' seed
/// as well: a server's own differ in their last bits, which is no other question.
/// </summary>
internal sealed class FirstWeights(TrainingTerms terms)
{
    // Null where an external trainer's weights are not known before the first round; then there is their digest.
    private readonly Digest? _own = terms.Model.InitialWeights
        ?? (terms.CreateBuiltInTrainer()?.CreateInitial(terms.Seed) is { } drawn
            ? DataQuestion.DigestOf(drawn.Values) : null);

    /// <summary>What is asked of the weights before the first update, as far as they are known.</summary>
    internal IEnumerable<DataQuestion> Questions(QuestionKind kind) =>
        _own is Digest own ? [DataQuestion.OfWeights(kind, own)] : [];

    /// <summary>What is asked of weights.</summary>
    /// <param name="kind">What is done with them.</param>
    /// <param name="weights">The weights.</param>
    /// <param name="version">Model updates behind them.</param>
    internal IEnumerable<DataQuestion> Questions(QuestionKind kind, ModelParameters weights, int version) =>
        (version == 0 ? Questions(kind) : [])
        .Append(DataQuestion.OfWeights(kind, DataQuestion.DigestOf(weights.Values)))
        .DistinctBy(question => question.Key);
}
