namespace SecureFL.Seal.Serialization;

/// <summary>
/// Bytes that are no object of the SEAL format, or one of another parameter set. The sender's fault, not the caller's.
/// </summary>
public sealed class SealFormatException : FormatException
{
    /// <summary>A refusal.</summary>
    /// <param name="field">The field of the format that is wrong, for example "ciphertext.parms_id".</param>
    /// <param name="problem">What was expected and what stands there.</param>
    /// <param name="inner">The cause, if another exception is.</param>
    public SealFormatException(string field, string problem, Exception? inner = null)
        : base($"{field}: {problem}", inner) => Field = field;

    /// <summary>The field of the format that is wrong.</summary>
    public string Field { get; }
}
