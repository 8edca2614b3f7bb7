namespace SecureFL.Cli.Shell;

/// <summary>Words or digests that a person compares before something is trusted.</summary>
internal static class Confirmation
{
    /// <summary>Takes the answer of an option, or asks on a terminal. Without either, nothing is trusted.</summary>
    /// <param name="given">What the option said; null where it was not given.</param>
    /// <param name="expected">What it must say.</param>
    /// <param name="question">The question on a terminal, answered by yes.</param>
    /// <param name="danger">What happens where nobody compares.</param>
    /// <exception cref="CliException">Something else, a no, or nobody to ask.</exception>
    internal static void Require(string? given, string expected, string question, string danger)
    {
        if (given is not null)
        {
            if (!string.Equals(given.Trim(), expected, StringComparison.OrdinalIgnoreCase))
            {
                throw new CliException(ExitCode.Integrity, $"--accept {given} is not {expected}", danger);
            }

            return;
        }

        if (Console.IsInputRedirected)
        {
            throw new CliException(ExitCode.Usage, "nobody is there to compare the words", "give them with --accept");
        }

        Console.Error.Write($"securefl: {question} [yes/no] ");
        if (!string.Equals(Console.ReadLine()?.Trim(), "yes", StringComparison.OrdinalIgnoreCase))
        {
            throw new CliException(ExitCode.Usage, "not confirmed", danger);
        }
    }
}
