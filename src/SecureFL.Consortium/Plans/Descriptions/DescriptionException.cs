namespace SecureFL.Consortium.Plans.Descriptions;

/// <summary>A description of a training is not what it should be: says where, what and the way out.</summary>
/// <param name="message">File, line and column where they are known, and what is wrong.</param>
/// <param name="hint">The way out.</param>
public sealed class DescriptionException(string message, string hint) : FormatException(message)
{
    /// <summary>The way out.</summary>
    public string Hint { get; } = hint;
}
