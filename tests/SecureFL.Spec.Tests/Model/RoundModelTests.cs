using System.Text.RegularExpressions;

namespace SecureFL.Spec.Tests.Model;

/// <summary>The model of protocol 2: the tables of protocol-spec/model/README.md say what spin finds.</summary>
public partial class RoundModelTests
{
    private static readonly string Folder = Path.GetFullPath(Path.Combine(VectorFile.Directory, "..", "..", "model"));

    private static readonly string Promela = Path.Combine(Folder, "round.pml");

    /// <summary>Rows of the README: flags, and the property that spin breaks with them, or "nothing".</summary>
    public static TheoryData<string, string> Rows
    {
        get
        {
            TheoryData<string, string> rows = [];
            foreach (string line in File.ReadLines(Path.Combine(Folder, "README.md")))
            {
                if (Row().Match(line) is { Success: true } row)
                {
                    rows.Add(row.Groups[1].Value, row.Groups[2].Value.Trim('`'));
                }
            }

            return rows;
        }
    }

    [Theory, MemberData(nameof(Rows)), Trait("Category", "Slow")]
    public void Spin_finds_what_the_model_s_tables_say(string flags, string found)
    {
        Assert.SkipUnless(Spin.Exists, "spin and gcc are not installed: the model of protocol 2 is not checked");
        Search search = Spin.Run(Promela, flags.Split(' '));
        TestContext.Current.TestOutputHelper?.WriteLine(search.Report);
        Assert.Equal(found, search.Broken ?? "nothing");
        Assert.True(search.States > 1, search.Report);
    }

    [Fact]
    public void Every_check_of_the_model_is_missed_in_some_row_and_every_property_broken()
    {
        string model = File.ReadAllText(Promela);
        string[] checks = [.. Check().Matches(model).Select(m => m.Value).Distinct()];
        string[] properties = [.. Property().Matches(model).Select(m => m.Groups[1].Value)];
        (string Flags, string Found)[] rows = [.. Rows.Select(r => (r.Data.Item1, r.Data.Item2))];
        Assert.Equal(17, checks.Length);
        Assert.Equal(10, properties.Length);
        Assert.All(checks, check => Assert.Contains(rows,
            r => r.Found != "nothing" && r.Flags.Split(' ').Contains($"-D{check}")));
        Assert.All(properties, property => Assert.Contains(rows, r => r.Found == property));
        Assert.All(rows, r => Assert.True(r.Found is "nothing" or "goal" || properties.Contains(r.Found), r.Found));
    }

    [GeneratedRegex(@"^\| `(-D[^`]+)` \| (`\w+`|nothing) \|")]
    private static partial Regex Row();

    [GeneratedRegex(@"WITHOUT_\w+")]
    private static partial Regex Check();

    [GeneratedRegex(@"bool (\w+) = true; +/\* \d+ \*/")]
    private static partial Regex Property();
}
