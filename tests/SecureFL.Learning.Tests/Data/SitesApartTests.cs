using SecureFL.Learning.Data.Checks;
using SecureFL.Learning.Data.Columns;
using SecureFL.Learning.Data.Tables;

namespace SecureFL.Learning.Tests.Data;

/// <summary>A column whose contents at one site cannot be the column that the others have.</summary>
public sealed class SitesApartTests
{
    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    public void Two_columns_exchanged_at_one_site_are_told(int sites)
    {
        // ward: 1 to 12; label: 0 or 1; age 20 to 89, weight 500 to 569 with fractions, both too many values to list.
        RawTable Plain(string name, int seed) =>
            Table(name,
                i => [$"{1 + ((i + seed) % 12)}", $"{i / 3 % 2}", $"{20 + ((i + seed) % 70)}",
                    $"{500 + ((i + seed) % 70)}.5"]);
        RawTable Exchanged(RawTable table) => table.WithRows(
            [
                .. table.Rows
                    .Select(row => new RawRow(row.Line, [row.Cells[1], row.Cells[0], row.Cells[3], row.Cells[2]]))]);
        RawTable[] tables = [.. Enumerable.Range(0, sites).Select(s => Plain($"{"abc"[s]}.csv", s))];
        tables[^1] = Exchanged(tables[^1]);
        Dictionary<string, ColumnComparison> columns = Compare(tables);
        string where = sites == 2 ? "one of a.csv and b.csv" : "c.csv";
        string labels =
            $"exchanged? the values of ward and label at {where} are those of the other one elsewhere; exchange the "
            + $"two columns there";
        Assert.Contains(labels, columns["ward"].Differences);
        Assert.Contains(labels, columns["label"].Differences);
        Assert.Contains(columns["age"].Differences,
            text => text.StartsWith($"exchanged? the values of age and weight at {where}", StringComparison.Ordinal));

        tables[^1] = Exchanged(tables[^1]);
        Assert.All(Compare(tables).Values, column => Assert.Empty(column.Differences));
    }

    [Fact]
    public void Texts_where_the_others_have_numbers_are_told_as_another_kind_and_as_exchanged()
    {
        RawTable Site(string name, bool exchanged) => Table(name, i =>
        {
            string ward = $"{"nsew"[i % 4]}";
            string label = $"{i / 3 % 2}";
            return exchanged ? [label, ward, "1", "2"] : [ward, label, "1", "2"];
        });
        Dictionary<string, ColumnComparison> columns =
            Compare([Site("a.csv", false), Site("b.csv", false), Site("c.csv", true)]);
        Assert.Contains(columns["label"].Differences,
            text => text.StartsWith("not the same kind at all sites: a.csv numbers, b.csv numbers, c.csv texts",
                StringComparison.Ordinal));
        Assert.Contains(columns["label"].Differences,
            text => text.StartsWith("exchanged? the values of ward and label at c.csv", StringComparison.Ordinal));
    }

    [Fact]
    public void Ranges_and_texts_that_share_nothing_are_told()
    {
        RawTable Site(string name, int from, string letters) =>
            Table(name, i => [$"{letters[i % 3]}", $"{i / 3 % 2}", $"{from + (i % 20)}", "2"]);
        Dictionary<string, ColumnComparison> columns =
            Compare([Site("a.csv", -10, "xyz"), Site("b.csv", -8, "yzx"), Site("c.csv", 30, "pqr")]);
        Assert.Equal("the ranges do not meet: 30 .. 49 at c.csv, -10 .. 11 elsewhere",
            Assert.Single(columns["age"].Differences));
        Assert.Equal("no value in common: p, q, r at c.csv, x, y, z elsewhere",
            Assert.Single(columns["ward"].Differences));
    }

    private static Dictionary<string, ColumnComparison> Compare(IEnumerable<RawTable> tables) =>
        SiteComparison.Of([.. tables.Select(table => TableProfile.Of(table))], "label")
        .ToDictionary(column => column.Name);

    private static RawTable Table(string name, Func<int, string[]> row) => new(
        name, ["ward", "label", "age", "weight"], [.. Enumerable.Range(0, 420).Select(i => new RawRow(i + 2, row(i)))]);
}
