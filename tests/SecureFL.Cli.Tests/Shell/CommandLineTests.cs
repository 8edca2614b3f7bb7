using SecureFL.Cli.Tests.Support;

namespace SecureFL.Cli.Tests.Shell;

public sealed class CommandLineTests
{
    [Theory]
    [InlineData]
    [InlineData("nonsense")]
    [InlineData("plan", "explain", "--bits", "many")]
    public void Wrong_usage_is_two_lines_and_exit_code_2(params string[] arguments)
    {
        (int exit, string output, string error) = Securefl.Run(arguments);
        Assert.Equal(2, exit);
        Assert.Empty(output);
        Assert.Matches("^securefl: [^A-Z].*\nhint: .*--help.*\n$", error);
    }

    [Fact]
    public void Help_lists_every_command()
    {
        (int exit, string output, _) = Securefl.Run("--help");
        Assert.Equal(0, exit);
        Assert.All(new[] { "demo", "plan", "verify" },
            command => Assert.Contains($"  {command}", output, StringComparison.Ordinal));
    }
}
