using System.CommandLine;
using System.Text.RegularExpressions;
using SecureFL.Cli.Shell;
using SecureFL.Cli.Tests.Support;

namespace SecureFL.Cli.Tests.Shell;

/// <summary>What help says of every option of every command.</summary>
public sealed partial class OptionTextTests
{
    private static readonly Type[] Numbers =
        [typeof(int), typeof(long), typeof(uint), typeof(ulong), typeof(float), typeof(double)];

    [Fact]
    public void Every_option_is_described_and_every_number_has_its_range()
    {
        List<string> wrong = [];
        foreach ((string path, Command command) in Leaves("", Commands.Create()))
        {
            Assert.False(string.IsNullOrWhiteSpace(command.Description), path);
            foreach (Option option in command.Options)
            {
                string text = option.Description ?? "";
                Type type = Nullable.GetUnderlyingType(option.ValueType) ?? option.ValueType;
                if (text.Length == 0)
                {
                    wrong.Add($"{path} {option.Name}: no description");
                }
                else if (Numbers.Contains(type) && option.HelpName != "SHARE" && !Range().IsMatch(text))
                {
                    wrong.Add($"{path} {option.Name}: no range in '{text}'");
                }
            }
        }

        Assert.True(wrong.Count == 0, string.Join("\n", wrong));
    }

    [Theory]
    [InlineData("simulate")]
    [InlineData("plan", "new")]
    [InlineData("client", "run")]
    [InlineData("check-data")]
    public void Many_options_stand_in_groups_and_none_is_lost(params string[] path)
    {
        Command command = path.Aggregate((Command)Commands.Create(),
            (parent, name) => parent.Subcommands.Single(child => child.Name == name));
        string help = Securefl.Run([.. path, "--help"]).Output;
        Assert.True(Headings().Count(help) >= 3, help);
        Assert.DoesNotContain("\nOptions:", help, StringComparison.Ordinal);
        foreach (string name in command.Options.Select(option => option.Name))
        {
            Assert.Single(Regex.Matches(help, $"^  (-[^ ]*, )*{Regex.Escape(name)}[ ,]", RegexOptions.Multiline));
        }
    }

    private static IEnumerable<(string Path, Command Command)> Leaves(string path, Command command) =>
        command.Subcommands.Count == 0
        ? [(path, command)]
        : command.Subcommands.SelectMany(child => Leaves($"{path} {child.Name}".Trim(), child));

    [GeneratedRegex("from|above|below|at least|[0-9] to [0-9]|[0-9] or", RegexOptions.IgnoreCase)]
    private static partial Regex Range();

    [GeneratedRegex("^[A-Z][a-z' ,]+:\n  -", RegexOptions.Multiline)]
    private static partial Regex Headings();
}
