namespace SecureFL.Cli.Shell;

/// <summary>
/// A process that another one started for a demonstration ends with it: its standard input is a pipe that closes when
/// the other one is gone, however that ended. Nothing is lost: every party can be stopped at any point.
/// </summary>
internal static class ParentPipe
{
    internal const string Variable = "SECUREFL_END_WITH_STANDARD_INPUT";

    /// <summary>Watches the pipe where the variable asks for it.</summary>
    internal static void Watch()
    {
        if (Environment.GetEnvironmentVariable(Variable) != "1")
        {
            return;
        }

        Thread watcher = new(() =>
        {
            using Stream input = Console.OpenStandardInput();
            Span<byte> one = stackalloc byte[1];
            while (input.Read(one) > 0)
            {
            }

            Environment.Exit((int)ExitCode.Interrupted);
        })
        { IsBackground = true, Name = "parent pipe" };
        watcher.Start();
    }
}
