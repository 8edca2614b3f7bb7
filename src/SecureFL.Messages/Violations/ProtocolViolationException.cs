namespace SecureFL.Messages.Violations;

/// <summary>A peer broke the protocol: who, what was expected, what came, and the specification's code.</summary>
public sealed class ProtocolViolationException : Exception
{
    /// <summary>A violation.</summary>
    /// <param name="code">The specification's failure class.</param>
    /// <param name="offender">Who sent it, as far as known.</param>
    /// <param name="expected">What the protocol asks for.</param>
    /// <param name="received">What came instead; never a secret.</param>
    public ProtocolViolationException(ViolationCode code, Party offender, string expected, string received)
        : base($"{offender}: expected {expected}; received {received} [{(int)code} {code}]")
    {
        Code = code;
        Offender = offender;
        Expected = expected;
        Received = received;
    }

    /// <summary>The specification's failure class.</summary>
    public ViolationCode Code { get; }

    /// <summary>Who sent it, as far as known.</summary>
    public Party Offender { get; }

    /// <summary>What the protocol asks for.</summary>
    public string Expected { get; }

    /// <summary>What came instead.</summary>
    public string Received { get; }
}
