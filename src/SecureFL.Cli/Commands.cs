using System.CommandLine;
using SecureFL.Cli.Clients;
using SecureFL.Cli.Configuration;
using SecureFL.Cli.DataChecks;
using SecureFL.Cli.Demo;
using SecureFL.Cli.Diagnostics;
using SecureFL.Cli.Holders;
using SecureFL.Cli.Identities;
using SecureFL.Cli.Models;
using SecureFL.Cli.Operation;
using SecureFL.Cli.Plans;
using SecureFL.Cli.Servers;
using SecureFL.Cli.Shell;
using SecureFL.Cli.Simulate;
using SecureFL.Cli.Transcripts;

namespace SecureFL.Cli;

/// <summary>All commands.</summary>
internal static class Commands
{
    /// <summary>The tree of commands, with its help.</summary>
    internal static RootCommand Create()
    {
        RootCommand root =
            new(
                "SecureFL: federated learning in which nobody but a quorum of key holders can open anything, and "
                + "they only the sum.")
        {
            DemoCommand.Create(),
            SimulateCommand.Create(),
            PredictCommand.Create(),
            EvaluateCommand.Create(),
            ExportCommand.Create(),
            CheckDataCommand.Create(),
            IdentityCommand.Create(),
            PlanCommand.Create(),
            ClientCommand.Create(),
            KeyHolderCommand.Create(),
            ServerCommand.Create(),
            RoundCommand.Create(),
            StatusCommand.Create(),
            VerifyCommand.Create(),
            DoctorCommand.Create(),
        };
        root.Add(ConfigCommand.Create(root));
        root.Add(LayeredArguments.ConfigOption);
        Examples.Show(root);
        Examples.Of(
            root,
            """
            Everything on this machine, with generated tables:
              securefl demo
            Your own tables in one process:
              securefl simulate --data a.csv --data b.csv --data c.csv --label ill --test-fraction 0.25
            Across organisations, step by step: docs/consortium.md
            Exit codes: 0 ok, 1 internal fault, 2 usage, 3 refused by a peer, 4 below threshold, 5 integrity, 6 environment (disk, network), 130 interrupted
            """);
        return root;
    }
}
