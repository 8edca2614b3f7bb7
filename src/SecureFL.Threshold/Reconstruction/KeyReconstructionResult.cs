using System.Collections.Immutable;

namespace SecureFL.Threshold.Reconstruction;

/// <summary>How a reconstruction of the key sum ended.</summary>
public enum ReconstructionOutcome
{
    /// <summary>The sum of keys is known; named liars, if any, were corrected.</summary>
    Opened,

    /// <summary>Fewer than t answers.</summary>
    TooFewAnswers,

    /// <summary>
    /// The answers contradict each other, and more of them lie than can be corrected: at least one liar, not named.
    /// </summary>
    Inconsistent,

    /// <summary>
    /// The answers agree on a sum no honest clients can have: the group contains a malformed contribution, or t holders
    /// lie.
    /// </summary>
    OutOfBound,
}

/// <summary>The sum of keys, or why there is none. Immutable and thread-safe.</summary>
public sealed class KeyReconstructionResult
{
    internal KeyReconstructionResult(ReconstructionOutcome outcome, int answers, int answersNeeded)
    {
        Outcome = outcome;
        Answers = answers;
        AnswersNeeded = answersNeeded;
    }

    /// <summary>How it ended.</summary>
    public ReconstructionOutcome Outcome { get; }

    /// <summary>How many answers there were.</summary>
    public int Answers { get; }

    /// <summary>
    /// How many answers are needed at least. For <see cref="ReconstructionOutcome.Inconsistent"/>: t + 2 (e + 1), e the
    /// number of liars that the answers at hand could have been corrected of; it suffices if exactly e + 1 of them lie,
    /// and may exceed H.
    /// </summary>
    public int AnswersNeeded { get; }

    /// <summary>
    /// The holders (1..H, ascending) whose answer is not on the polynomials of the others: each is proven to have lied,
    /// if at most e do.
    /// </summary>
    public ImmutableArray<int> Liars { get; internal init; } = [];

    /// <summary>Answers beyond t that agree with the opened sum. At 0 nothing has checked it.</summary>
    public int Redundancy { get; internal init; }

    /// <summary>
    /// The N coefficients of S = sum of the s_i, in (-p/2, p/2], if <see cref="Outcome"/> is
    /// <see cref="ReconstructionOutcome.Opened"/>; empty otherwise.
    /// </summary>
    public ImmutableArray<int> KeySum { get; internal init; } = [];

    /// <summary>
    /// How many coefficients exceed the bound, if the outcome is <see cref="ReconstructionOutcome.OutOfBound"/>.
    /// </summary>
    public int CoefficientsOutOfBound { get; internal init; }
}
