using System.CommandLine;
using SecureFL.Cli.Shell;
using SecureFL.Consortium.Plans;

namespace SecureFL.Cli.Plans;

/// <summary><c>plan digest</c>: what people compare.</summary>
internal static class DigestCommand
{
    internal static Command Create()
    {
        Argument<string> plan = PlanCommand.File();
        Command command = new("digest",
            "Print a plan's digest: 64 hexadecimal digits, and three quarters of it in twelve words for the telephone.")
            { plan };
        command.SetAction(result =>
        {
            PlanFile file = PlanFile.Load(result.GetValue(plan)!);
            Console.Out.WriteLine(file.Digest);
            Console.Out.WriteLine(file.SpokenForm);
            return (int)ExitCode.Ok;
        });
        return Examples.Of(command, "securefl plan digest plan.json");
    }
}
