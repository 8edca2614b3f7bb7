using System.CommandLine;
using SecureFL.Cli.Clients;
using SecureFL.Cli.DataChecks;
using SecureFL.Cli.Demo;
using SecureFL.Cli.Holders;
using SecureFL.Cli.Models;
using SecureFL.Cli.Operation;
using SecureFL.Cli.Plans;
using SecureFL.Cli.Shell;
using SecureFL.Cli.Simulate;
using SecureFL.Cli.Transcripts;

RootCommand root = new("SecureFL: federated learning in which nobody but a quorum of key holders can open anything, and they only the sum.")
{
    DemoCommand.Create(),
    SimulateCommand.Create(),
    PredictCommand.Create(),
    EvaluateCommand.Create(),
    CheckDataCommand.Create(),
    PlanCommand.Create(),
    ClientCommand.Create(),
    KeyHolderCommand.Create(),
    RoundCommand.Create(),
    StatusCommand.Create(),
    VerifyCommand.Create(),
};
Examples.Show(root);
ParentPipe.Watch();
return CommandLine.Run(root, args);
