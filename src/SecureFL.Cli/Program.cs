using System.CommandLine;
using SecureFL.Cli.Demo;
using SecureFL.Cli.Plans;
using SecureFL.Cli.Shell;
using SecureFL.Cli.Simulate;
using SecureFL.Cli.Transcripts;

RootCommand root = new("SecureFL: federated learning in which nobody but a quorum of key holders can open anything, and they only the sum.")
{
    DemoCommand.Create(),
    SimulateCommand.Create(),
    PlanCommand.Create(),
    VerifyCommand.Create(),
};
return CommandLine.Run(root, args);
