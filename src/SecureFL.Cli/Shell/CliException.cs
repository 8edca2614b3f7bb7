namespace SecureFL.Cli.Shell;

/// <summary>
/// A failure that a person can act on: one line, a hint, an exit code, and where another program spoke, its own words.
/// </summary>
internal sealed class CliException(ExitCode code, string message, string hint, IReadOnlyList<string>? details = null)
    : Exception(message)
{
    internal ExitCode Code { get; } = code;

    internal string Hint { get; } = hint;

    /// <summary>Lines shown between the message and the hint.</summary>
    internal IReadOnlyList<string> Details { get; } = details ?? [];
}
