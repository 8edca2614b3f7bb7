namespace SecureFL.Threshold;

/// <summary>
/// What a peer's bytes did wrong; the roles above map each to a code of the specification and add who sent them.
/// </summary>
public enum ThresholdViolation
{
    /// <summary>A field does not have the length that the plan's parameters give it.</summary>
    FieldLength,

    /// <summary>A packed word is not an element of F_p.</summary>
    WordOutOfRange,

    /// <summary>A bit after the last packed word is not 0.</summary>
    Padding,

    /// <summary>A share is not on the combined polynomials of its dealer's proof.</summary>
    ShareMismatch,

    /// <summary>A public key is not 65 bytes, not in uncompressed form or not on the curve.</summary>
    PublicKey,

    /// <summary>A sealed message does not open under this key, info and aad.</summary>
    SealedMessage,
}

/// <summary>
/// A peer's bytes break the protocol: which field, what was expected, what was received. It carries no share and no
/// key.
/// </summary>
public sealed class ThresholdViolationException : Exception
{
    /// <summary>A violation of <paramref name="violation"/> in <paramref name="field"/>.</summary>
    public ThresholdViolationException(ThresholdViolation violation, string field, string expected, string received)
        : base($"{field}: expected {expected}, received {received}")
    {
        Violation = violation;
        Field = field;
        Expected = expected;
        Received = received;
    }

    /// <summary>What was wrong.</summary>
    public ThresholdViolation Violation { get; }

    /// <summary>The field it was wrong in.</summary>
    public string Field { get; }

    /// <summary>What the protocol wants there.</summary>
    public string Expected { get; }

    /// <summary>What was there.</summary>
    public string Received { get; }
}
