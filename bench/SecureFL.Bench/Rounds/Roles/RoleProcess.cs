using System.Diagnostics;
using System.Globalization;
using SecureFL.Bench.Rounds.Arms;
using SecureFL.Bench.Rounds.Running;

namespace SecureFL.Bench.Rounds.Roles;

/// <summary>Starts this program once for each role, so that the kernel says what the role holds in memory.</summary>
internal static class RoleProcess
{
    internal static RoleMemory Measure(IRoundArm arm, RoundShape shape) => new(
        Peak(arm, shape, Role.Server),
        Peak(arm, shape, Role.Client),
        arm.KeyHolderMemoryIsFlat ? Peak(arm, shape, Role.KeyHolders) : null,
        Peak(arm, shape, Role.None));

    /// <summary>Largest resident set, in bytes, of a process that plays one role for one round.</summary>
    internal static long Peak(IRoundArm arm, RoundShape shape, Role role)
    {
        ProcessStartInfo start = new() { FileName = Environment.ProcessPath!, RedirectStandardOutput = true };
        if (Path.GetFileNameWithoutExtension(start.FileName) == "dotnet")
        {
            start.ArgumentList.Add(typeof(RoleProcess).Assembly.Location);
        }

        string[] arguments =
        [
            RoleCommand.Name, arm.Name, role.ToString(),
            Text(shape.Parameters), Text(shape.Clients), Text(shape.MaxClients), Text(shape.Bits),
            Text(shape.KeyHolders), Text(shape.Threshold),
        ];
        foreach (string argument in arguments)
        {
            start.ArgumentList.Add(argument);
        }

        using Process child = Process.Start(start)!;
        string output = child.StandardOutput.ReadToEnd();
        child.WaitForExit();
        return child.ExitCode == 0
            ? long.Parse(output, CultureInfo.InvariantCulture)
            : throw new InvalidOperationException(
                $"the process for the {role} of {arm.Name} ended with {child.ExitCode}");
    }

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);
}
