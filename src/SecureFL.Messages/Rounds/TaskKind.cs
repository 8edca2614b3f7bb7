namespace SecureFL.Messages.Rounds;

/// <summary>What the clients of a round compute.</summary>
public enum TaskKind
{
    /// <summary>A sum of vectors that the clients bring: the one kind of a plan without terms.</summary>
    Sum = 0,

    /// <summary>They train from the model, and send weighted updates with their counters.</summary>
    Training = 1,

    /// <summary>They evaluate the model, and send counters with an update of zeros.</summary>
    Evaluation = 2,

    /// <summary>
    /// They send the counters of one step of the preparation, with an update of zeros: statistics of their rows.
    /// </summary>
    Preparation = 3,
}
