using System.CommandLine;
using SecureFL.Bench.Accuracy;
using SecureFL.Bench.Baselines;
using SecureFL.Bench.Comparison;
using SecureFL.Bench.Hotpath;
using SecureFL.Bench.KeyHolders;
using SecureFL.Bench.Micro;
using SecureFL.Bench.Network;
using SecureFL.Bench.Rounds;
using SecureFL.Bench.Rounds.Roles;

RootCommand root =
    new("Benchmarks of SecureFL. Figures are medians of one run on one machine: compare ratios, not machines.")
{
    HotpathCommand.Create(),
    KeyHoldersCommand.Create(),
    MicroCommand.Create(),
    RoundsCommand.Create(),
    CompareCommand.Create(),
    AccuracyCommand.Create(),
    BaselinesCommand.Create(),
    RoleCommand.Create(),
    NetworkCommand.Create(),
    NetworkCommand.CreateServer(),
};
return await root.Parse(args).InvokeAsync().ConfigureAwait(false);
