using System.Text.RegularExpressions;
using SecureFL.Messages.Violations;

namespace SecureFL.Spec.Tests;

/// <summary>The sections, the code and the vectors name the same things.</summary>
public partial class SpecificationTextTests
{
    private static readonly string Root = Path.GetFullPath(Path.Combine(VectorFile.Directory, "..", ".."));

    [Fact]
    public void Section_8_lists_every_failure_class_with_its_number()
    {
        IEnumerable<string> listed = Rows("08-wire-format.md")
            .Where(r => int.TryParse(r[0], out int code) && code >= 100).Select(r => $"{r[0]} {r[1]}");
        Assert.Equal(Enum.GetValues<ViolationCode>().Where(c => c != ViolationCode.None)
            .Select(c => $"{(int)c} {c}"), listed);
    }

    [Fact]
    public void Section_4_lists_every_plan_rule_that_a_vector_breaks()
    {
        string text = File.ReadAllText(Path.Combine(Root, "04-plan.md"));
        IEnumerable<string> rules = VectorTests.Names.Select(n => VectorFile.Load(n.Data)).Where(v => v.Has("rule"))
            .Select(v => v.Text("rule")).Distinct();
        Assert.All(rules, rule => Assert.Contains($"`{rule}`", text, StringComparison.Ordinal));
    }

    // An honest contribution hash covers the round, so no bytes lead to a reused one.
    [Fact]
    public void Every_failure_class_but_one_has_a_vector()
    {
        string all = string.Concat(Directory.EnumerateFiles(VectorFile.Directory).Select(File.ReadAllText));
        IEnumerable<ViolationCode> without = Enum.GetValues<ViolationCode>()
            .Where(c => c != ViolationCode.None && !all.Contains($"\"code\": {(int)c},", StringComparison.Ordinal));
        Assert.Equal([ViolationCode.ContributionReused], without);
    }

    [Fact]
    public void Every_vector_that_a_section_names_exists()
    {
        string[] names = [.. VectorTests.Names.Select(n => Path.GetFileNameWithoutExtension(n.Data))];
        foreach (string section in Directory.EnumerateFiles(Root, "*.md"))
        {
            foreach (Match sentence in VectorSentence().Matches(File.ReadAllText(section)))
            {
                foreach (Match name in Quoted().Matches(sentence.Value))
                {
                    Regex pattern =
                        new($"^{Regex.Escape(name.Groups[1].Value).Replace("\\*", ".*", StringComparison.Ordinal)}$");
                    Assert.True(names.Any(n => pattern.IsMatch(n)),
                        $"{Path.GetFileName(section)} names the vector {name.Groups[1].Value}, which does not exist");
                }
            }
        }
    }

    [Fact]
    public void Every_vector_names_a_section_that_exists() => Assert.All(
        VectorTests.Names,
        n => Assert.True(File.Exists(Path.Combine(Root, VectorFile.Load(n.Data).Text("section") + ".md"))));

    // Domains stand in the code as the first argument of the domain hash.
    [Theory]
    [InlineData("plan")]
    [InlineData("public-seed")]
    [InlineData("contribution-chunk")]
    [InlineData("contribution-root")]
    [InlineData("share-ciphertext")]
    [InlineData("share-challenge")]
    [InlineData("linear-digest")]
    [InlineData("groups")]
    [InlineData("group-sum")]
    [InlineData("round-sum")]
    [InlineData("model")]
    [InlineData("ledger-record")]
    [InlineData("reference-seed")]
    [InlineData("public-key-share")]
    [InlineData("joint-public-key")]
    [InlineData("key-share-ciphertext")]
    [InlineData("key-share-challenge")]
    [InlineData("ciphertext-half")]
    [InlineData("ciphertext-sum")]
    [InlineData("partial-decryption")]
    [InlineData("smudging")]
    public void Section_1_lists_the_domains(string domain) =>
        Assert.Contains($"`{domain}`", File.ReadAllText(Path.Combine(Root, "01-notation.md")),
            StringComparison.Ordinal);

    private static IEnumerable<string[]> Rows(string section) =>
        File.ReadLines(Path.Combine(Root, section)).Where(l => l.StartsWith('|'))
        .Select(l => l.Trim('|').Split('|').Select(c => c.Trim()).ToArray());

    [GeneratedRegex(@"Vectors?: [^.]*\.")]
    private static partial Regex VectorSentence();

    [GeneratedRegex("`([^`]+)`")]
    private static partial Regex Quoted();
}
