using System.CommandLine;
using BenchmarkDotNet.Running;

namespace SecureFL.Bench.Micro;

/// <summary>
/// <c>micro</c>: BenchmarkDotNet on the kernels alone. Everything after the word goes to BenchmarkDotNet, for example
/// <c>--filter *Keystream* --job short</c>.
/// </summary>
internal static class MicroCommand
{
    internal static Command Create()
    {
        Command command = new("micro",
            "micro benches of transforms, samplers, keystream, quantiser and chunks (arguments of BenchmarkDotNet "
            + "follow)")
        {
            TreatUnmatchedTokensAsErrors = false,
        };
        command.SetAction(result =>
        {
            bool ran = BenchmarkSwitcher.FromAssembly(typeof(MicroCommand).Assembly).Run([.. result.UnmatchedTokens])
                .All(summary => !summary.HasCriticalValidationErrors);
            return ran ? 0 : 1;
        });
        return command;
    }
}
