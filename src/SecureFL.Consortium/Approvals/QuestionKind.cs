namespace SecureFL.Consortium.Approvals;

/// <summary>What a plan asks of a hospital's rows.</summary>
public enum QuestionKind
{
    /// <summary>A vector for a plain sum.</summary>
    Sum,

    /// <summary>Numbers of the rows before the first round: counts, means, deviations, clips.</summary>
    Preparation,

    /// <summary>Training from some weights.</summary>
    Training,

    /// <summary>Evaluation of some weights, which every synchronous training begins with.</summary>
    Evaluation,
}
