using System.Globalization;
using SecureFL.Messages.Text;

namespace SecureFL.Cli.Shell;

/// <summary>
/// A fault that is the program's own: people get one line, and a file with what whoever mends the program needs. The
/// file holds where it happened and the kinds of the exceptions, no values: their texts may quote rows.
/// </summary>
internal static class InternalFault
{
    internal static CliException Of(Exception fault)
    {
        string what = FaultText.Known(fault) is string known ? $"internal fault: {known}"
            : "internal fault: the program did not expect this";
        return Write(fault) is string path
            ? new CliException(ExitCode.InternalFault, what,
                $"please report it, with {path}, which holds no data of yours, and with the command")
            : new CliException(ExitCode.InternalFault, what, "please report it with the command");
    }

    private static string? Write(Exception fault)
    {
        try
        {
            string path = Path.Combine(Path.GetTempPath(),
                string.Create(CultureInfo.InvariantCulture, $"securefl-fault-{Guid.NewGuid():N}.txt"));
            using StreamWriter writer = new(path);
            writer.WriteLine(
                $"securefl {typeof(InternalFault).Assembly.GetName().Version} on "
                + $"{System.Runtime.InteropServices.RuntimeInformation.OSDescription}");
            for (Exception? cause = fault; cause is not null; cause = cause.InnerException)
            {
                writer.WriteLine(cause.GetType().FullName);
                writer.WriteLine(cause.StackTrace);
            }

            return path;
        }
        catch (Exception unwritable) when (unwritable is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
