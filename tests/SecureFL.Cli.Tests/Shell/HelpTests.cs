using System.Text.RegularExpressions;
using SecureFL.Cli.Tests.Support;

namespace SecureFL.Cli.Tests.Shell;

public sealed partial class HelpTests
{
    /// <summary>From the first page on: every command that does something shows how it is called.</summary>
    [Fact]
    [Trait("Category", "Slow")]
    public void Every_command_has_examples_and_the_first_page_the_exit_codes()
    {
        Queue<string[]> pages = new([[]]);
        List<string> leaves = [];
        while (pages.TryDequeue(out string[]? path))
        {
            (int exit, string output, string error) = Securefl.Run([.. path, "--help"]);
            string name = string.Join(' ', path);
            Assert.True(exit == 0 && error.Length == 0, name + error);
            string[] below = [.. Subcommand().Matches(output).Select(match => match.Groups["name"].Value)];
            foreach (string command in below)
            {
                pages.Enqueue([.. path, command]);
            }

            if (path.Length == 0)
            {
                Assert.Contains(
                    "Exit codes: 0 ok, 1 internal fault, 2 usage, 3 refused by a peer, 4 below threshold, 5 "
                    + "integrity, 6 environment", output, StringComparison.Ordinal);
            }
            else if (below.Length == 0)
            {
                leaves.Add(name);
                Assert.True(output.Contains("Examples:\n", StringComparison.Ordinal), $"{name} has no examples");
                Assert.True(output.Contains($"  securefl {name}", StringComparison.Ordinal),
                    $"the examples of {name} do not call it");
            }
        }

        Assert.True(leaves.Count >= 28, string.Join(", ", leaves));
    }

    // The lines of the section "Commands:", which ends with an empty line.
    [GeneratedRegex(@"(?<=^Commands:\n(?:  .*\n)*)  (?<name>[a-z][a-z-]*)(?: <[^>]+>\S*)?  .*\n",
        RegexOptions.Multiline)]
    private static partial Regex Subcommand();
}
