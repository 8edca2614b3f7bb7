using System.Diagnostics;
using System.Globalization;
using SecureFL.Cli.Demo;

namespace SecureFL.Processes.Tests;

/// <summary>What a terminal sends to a process.</summary>
internal static class Signals
{
    /// <summary>Ctrl-C.</summary>
    public static void Interrupt(LocalProcess process)
    {
        using Process kill = Process.Start("kill", ["-INT", process.Id!.Value.ToString(CultureInfo.InvariantCulture)]);
        kill.WaitForExit();
        Assert.Equal(0, kill.ExitCode);
    }
}
