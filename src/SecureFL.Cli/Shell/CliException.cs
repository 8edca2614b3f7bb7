namespace SecureFL.Cli.Shell;

/// <summary>A failure that a person can act on: one line, a hint, an exit code.</summary>
internal sealed class CliException(ExitCode code, string message, string hint) : Exception(message)
{
    internal ExitCode Code { get; } = code;

    internal string Hint { get; } = hint;
}
