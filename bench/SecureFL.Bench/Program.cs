using System.CommandLine;
using SecureFL.Bench.Hotpath;
using SecureFL.Bench.KeyHolders;

RootCommand root = new("Benchmarks of SecureFL. Figures are medians of one run on one machine: compare ratios, not machines.")
{
    HotpathCommand.Create(),
    KeyHoldersCommand.Create(),
};
return root.Parse(args).Invoke();
