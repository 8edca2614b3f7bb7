using System.CommandLine;
using System.CommandLine.Parsing;
using SecureFL.Cli.Configuration;
using SecureFL.Cli.Shell;
using SecureFL.Cli.Training;
using SecureFL.Consortium.Plans.Descriptions;

namespace SecureFL.Cli;

/// <summary>
/// Runs a command line: failures become one lower-case line, a hint and an exit code; never a stack trace for what a
/// person can mend.
/// </summary>
internal static class CommandLine
{
    internal static int Run(RootCommand root, IReadOnlyList<string> args, CancellationToken cancellationToken = default)
    {
        try
        {
            ParseResult parsed = root.Parse(
                new LayeredArguments(root, Environment.GetEnvironmentVariables()).Complete(args));
            return parsed.Errors.Count > 0
                ? Fail(
                    ExitCode.Usage,
                    string.Join("; ", parsed.Errors
                        .Select((error, i) => i == 0 ? Words(error) : LowerFirst(Words(error)))),
                    $"{string.Join(' ', CommandPath(parsed).Prepend("securefl"))} --help shows what it takes")
                : parsed.InvokeAsync(
                    new InvocationConfiguration
                    {
                        EnableDefaultExceptionHandler = false,
                        ProcessTerminationTimeout = null
                    }, cancellationToken).GetAwaiter().GetResult();
        }
        catch (Exception exception)
        {
            CliException failure = Failures.Of(exception);
            string options = exception is DescriptionException ? MemberOptions.Of(failure.Message) : "";
            return Fail(failure.Code, failure.Message, failure.Hint + options, failure.Details);
        }
    }

    private static Stack<string> CommandPath(ParseResult parsed)
    {
        Stack<string> names = new();
        for (SymbolResult? result = parsed.CommandResult; result?.Parent is not null; result = result.Parent)
        {
            if (result is CommandResult command)
            {
                names.Push(command.Command.Name);
            }
        }

        return names;
    }

    // The parser names types: people know numbers.
    private static string Words(ParseError error)
    {
        string text = error.Message.TrimEnd('.');
        int at = text.IndexOf(" as expected type '", StringComparison.Ordinal);
        if (at < 0)
        {
            return text;
        }

        string type = text[(at + " as expected type '".Length)..].TrimEnd('\'');
        string due = type.Contains("Int", StringComparison.Ordinal)
            ? (type.Contains("UInt", StringComparison.Ordinal) ? "a whole number from 0"
                : "a whole number that is not too large")
            : type.Contains("Double", StringComparison.Ordinal) || type.Contains("Single", StringComparison.Ordinal)
            ? "a number"
            : type.Contains("Boolean", StringComparison.Ordinal) ? "true or false"
            : "another value";
        return
            $"{text[..at].Replace("Cannot parse argument", "cannot take", StringComparison.Ordinal)}: it takes {due}";
    }

    private static string LowerFirst(string text) =>
        text.Length == 0 ? text : char.ToLowerInvariant(text[0]) + text[1..];

    private static int Fail(ExitCode code, string message, string hint, IReadOnlyList<string>? details = null)
    {
        Talk.Line(LowerFirst(message).ReplaceLineEndings(" "));
        foreach (string line in details ?? [])
        {
            Talk.Line($"  | {line}");
        }

        Talk.Hint(hint);
        return (int)code;
    }
}
