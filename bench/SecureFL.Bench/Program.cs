using System.CommandLine;
using SecureFL.Bench.Hotpath;
using SecureFL.Bench.KeyHolders;
using SecureFL.Bench.Micro;
using SecureFL.Bench.Network;

RootCommand root = new("Benchmarks of SecureFL. Figures are medians of one run on one machine: compare ratios, not machines.")
{
    HotpathCommand.Create(),
    KeyHoldersCommand.Create(),
    MicroCommand.Create(),
    NetworkCommand.Create(),
    NetworkCommand.CreateServer(),
};
return root.Parse(args).Invoke();
