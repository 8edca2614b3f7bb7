using SecureFL.Learning.Models;
using SecureFL.Learning.Preparation;
using SecureFL.Transport.Contracts;

namespace SecureFL.Client;

/// <summary>How a session ended. Immutable.</summary>
public sealed class SessionEnd
{
    internal SessionEnd(RoundState state) => State = state;

    /// <summary>
    /// Whether it came to the end that its plan describes; false where its training broke off, or the server ended it
    /// before the terms do.
    /// </summary>
    public bool IsComplete => !State.Incomplete;

    /// <summary>Why it ended, as the server says, and which step of the terms is missing where it is early.</summary>
    public string Reason => State.Reason;

    /// <summary>The version of the model that it ended with, from 0.</summary>
    public int ModelVersion => checked((int)State.ModelVersion);

    internal RoundState State { get; }
}

/// <summary>The model of a session.</summary>
/// <param name="Parameters">Its weights.</param>
/// <param name="Prepared">What all sites' rows told before training: scaling, classes, targets.</param>
public sealed record TrainedModel(ModelParameters Parameters, PreparedState Prepared);
