using System.CommandLine;
using SecureFL.Bench.Hotpath;

RootCommand root = new("Benchmarks of SecureFL. Figures are medians of one run on one machine: compare ratios, not machines.")
{
    HotpathCommand.Create(),
};
return root.Parse(args).Invoke();
