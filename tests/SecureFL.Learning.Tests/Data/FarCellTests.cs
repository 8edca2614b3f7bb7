using System.Globalization;
using SecureFL.Learning.Data.Checks;
using SecureFL.Learning.Data.Inference;
using SecureFL.Learning.Data.Schemas;
using SecureFL.Learning.Data.Tables;

namespace SecureFL.Learning.Tests.Data;

/// <summary>One absurd number is told with its place; skewed columns are not.</summary>
public sealed class FarCellTests
{
    private const int Rows = 400;

    [Theory]
    [InlineData("1e9")]
    [InlineData("-1e9")]
    [InlineData("1000000")]
    public void An_absurd_cell_is_told_with_place_and_range_by_the_check_and_by_inference(string cell)
    {
        SeededRandom random = SeededRandom.For(1, "far-cell");
        RawTable table = Table(i => i == 57 ? cell : Text(100 + (15 * random.NextGaussian())));
        string note =
            $"column x: {Text(double.Parse(cell, CultureInfo.InvariantCulture))} in t.csv, line 59, is far beyond "
            + $"the others, ";
        string told = Assert.Single(DataCheck.Of(table, "y").Warnings,
            warning => warning.Contains("far beyond", StringComparison.Ordinal));
        Assert.StartsWith(note, told, StringComparison.Ordinal);
        Assert.Matches(@"others, \d\d\.?\d* \.\. (99|100|101)\.?\d* \.\. 1\d\d\.?\d* \(least, median, largest\)", told);
        Assert.Equal(told, Assert.Single(SchemaInference.Examine([table], new SchemaOptions { Label = "y" }).Notes,
            other => other.Contains("far beyond", StringComparison.Ordinal)));
    }

    [Fact]
    public void Two_absurd_cells_are_told_each_and_a_target_has_them_told_too()
    {
        RawTable table = Table(i => i is 11 or 300 ? $"{i}e7" : Text(i % 37),
            i => i == 5 ? "9.5e12" : Text((i % 41) + 0.5));
        string[] told =
            [.. SchemaInference.Examine([table], new SchemaOptions { Label = "y" }).Notes
                .Where(note => note.Contains("far beyond", StringComparison.Ordinal))];
        Assert.Equal(["line 13", "line 302", "line 7"],
            told.Select(
                note =>
                    note[note.IndexOf("line ", StringComparison.Ordinal)..note.IndexOf(", is",
                        StringComparison.Ordinal)]));
    }

    [Fact]
    public void A_column_that_is_mostly_one_number_has_the_absurd_told_alone()
    {
        Assert.DoesNotContain(DataCheck.Of(Table(i => i % 10 == 0 ? Text(i * 50) : "0"), "y").Warnings, Far);
        Assert.Contains(DataCheck.Of(Table(i => i == 31 ? "1e9" : i % 10 == 0 ? "1" : "0"), "y").Warnings, Far);
    }

    [Fact]
    public void Skewed_columns_are_not_told()
    {
        SeededRandom random = SeededRandom.For(2, "skewed");
        int told = 0;
        for (int column = 0; column < 200; column++)
        {
            // Lognormal with deviations 0.5 to 3 of the logarithm; every fifth exponential, every seventh sorted.
            double spread = 0.5 + (column % 6 * 0.5);
            double[] values =
                [
                    .. Enumerable.Range(0, 2000).Select(
                        _ => column % 5 == 0 ? -Math.Log(1 - random.NextDouble())
                            : Math.Exp(spread * random.NextGaussian()))];
            if (column % 7 == 0)
            {
                Array.Sort(values);
            }

            RawTable table = Table(i => Text(values[i]), rows: values.Length);
            told += DataCheck.Of(table, "y").Warnings.Count(warning => Far(warning));
        }

        Assert.Equal(0, told);
    }

    [Fact]
    public void A_code_for_missing_is_told_once_as_a_code()
    {
        string[] warnings = [.. DataCheck.Of(Table(i => i == 9 ? "99999" : Text(i % 37)), "y").Warnings];
        Assert.Contains(warnings,
            warning => warning.Contains("looks like a code for missing", StringComparison.Ordinal));
        Assert.DoesNotContain(warnings, Far);
    }

    private static bool Far(string warning) => warning.Contains("far beyond", StringComparison.Ordinal);

    private static string Text(double value) => value.ToString("R", CultureInfo.InvariantCulture);

    private static RawTable Table(Func<int, string> x, Func<int, string>? y = null, int rows = Rows) => new(
        "t.csv", ["x", "y"],
        [.. Enumerable.Range(0, rows).Select(i => new RawRow(i + 2, [x(i), y?.Invoke(i) ?? Text(i / 3 % 2)]))]);
}
