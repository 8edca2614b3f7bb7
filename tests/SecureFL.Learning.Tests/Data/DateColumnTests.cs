using System.Globalization;
using SecureFL.Learning.Data;
using SecureFL.Learning.Data.Cells;
using SecureFL.Learning.Data.Checks;
using SecureFL.Learning.Data.Columns;
using SecureFL.Learning.Data.Encoders;
using SecureFL.Learning.Data.Inference;
using SecureFL.Learning.Data.Schemas;
using SecureFL.Learning.Data.Tables;

namespace SecureFL.Learning.Tests.Data;

/// <summary>Columns that are dates at one site and something that looks like dates at another.</summary>
public class DateColumnTests
{
    private static readonly SchemaOptions ByY = new() { Label = "y", Missing = MissingPolicy.Impute };

    [Fact]
    public void Years_of_two_digits_at_one_site_are_refused_with_their_place()
    {
        DataFormatException fault = Assert.Throws<DataFormatException>(() => SchemaInference.Infer(
            [Column("2019-11-15,2019-03-09", "a.csv"), Column("15.01.2021,31.12.2022", "b.csv"),
                Column("31.12.20,02.02.21", "c.csv")], ByY));
        Assert.Equal(("c.csv", 2L, "x"), (fault.Source, fault.Line, fault.Column));
        Assert.Equal(
            "'31.12.20' has a year of two digits and is not read as a date, where the column holds dates such as "
            + "'2019-11-15' (a.csv, line 2)", fault.Problem);
        Assert.StartsWith("write the year with four digits, best as 2020-06-19; --categorical x", fault.WayOut,
            StringComparison.Ordinal);
        Assert.Equal(2, SchemaInference.Infer([Column("2019-11-15,31.12.20", "a.csv")], ByY).Features[0]
            .Categories.Length);
    }

    [Fact]
    public void Words_at_one_site_and_many_odd_cells_in_one_file_are_refused_with_their_place()
    {
        DataFormatException fault = Assert.Throws<DataFormatException>(() => SchemaInference.Infer(
            [Column("2019-11-15,2019-03-09", "a.csv"), Column("spring,autumn", "b.csv")], ByY));
        Assert.Equal(("b.csv", 2L), (fault.Source, fault.Line));
        Assert.StartsWith("'spring' is no date that is read, where", fault.Problem, StringComparison.Ordinal);

        IEnumerable<string> cells = Enumerable.Range(0, 300).Select(i => i % 4 == 3
            ? $"{1 + (i % 28):00}.02.20" : new DateTime(2020, 1, 1).AddDays(i % 200)
                .ToString("yyyy-MM-dd", CultureInfo.InvariantCulture));
        fault = Assert.Throws<DataFormatException>(
            () => SchemaInference.Infer([Column(string.Join(',', cells), "a.csv")], ByY));
        Assert.Equal(("a.csv", 5L), (fault.Source, fault.Line));
        Assert.StartsWith("'04.02.20' has a year of two digits", fault.Problem, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("x", "2021-04-04,2021-04-05", "20210404,20210406.0")]
    [InlineData("x", "04.04.2021,15.04.2021", "20210404,20210406")]
    [InlineData("admission_date", "20210404,20200101", "20210404,20210406")]
    [InlineData("Geburtsdatum", "20210404,20200101", "20210404,20210406")]
    public void Dates_without_marks_are_read_where_the_name_or_another_site_says_so(string name, string one,
        string other)
    {
        RawTable[] sites = [Column(one, "a.csv", name), Column(other, "b.csv", name)];
        InferredSchema inferred = SchemaInference.Examine(sites, ByY);
        Assert.Equal([18721, 18723], new TableEncoder(inferred.Schema).Encode(sites[1]).Data.Features);
        Assert.Contains("20210404 is read as yyyymmdd", inferred.Notes[0].Replace("20200101", "20210404",
            StringComparison.Ordinal), StringComparison.Ordinal);
        Assert.All(SiteComparison.Of([.. sites.Select(site => TableProfile.Of(site))])[0].Sites,
            site => Assert.Equal("dates", site.Kind));
    }

    [Theory]
    [InlineData("dose", "20210404,20200101", "where they are dates, write 2020-01-01")]
    [InlineData("admission_date", "20210404,20210431", null)]
    [InlineData("admission_date", "20210404,18991231", null)]
    [InlineData("dose", "20210404,7", null)]
    public void Other_numbers_of_eight_digits_stay_numbers(string name, string cells, string? note)
    {
        InferredSchema inferred = SchemaInference.Examine([Column(cells, "a.csv", name)], ByY);
        Assert.Null(Assert.Single(inferred.Schema.Features).Dates);
        Assert.Equal(note is not null,
            inferred.Notes.Any(said => said.EndsWith(note ?? "-", StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData("43975,44344", "holds the number 43975", "43975 is 2020-05-24 there")]
    [InlineData("20210431,20210401", "holds the number 20210431", "write all dates as 2020-06-19")]
    [InlineData("7,9", "holds the number 7", "write all dates as 2020-06-19")]
    public void Numbers_at_one_site_beside_dates_are_refused_with_the_date_that_they_may_be(string cells,
        string problem, string wayOut)
    {
        RawTable[] sites = [Column("2021-10-04,2020-09-25", "a.csv"), Column(cells, "b.csv"), Column(cells, "c.csv")];
        DataFormatException fault = Assert.Throws<DataFormatException>(() => SchemaInference.Infer(sites, ByY));
        Assert.Equal(("b.csv", 2L, "x"), (fault.Source, fault.Line, fault.Column));
        Assert.StartsWith(problem + ", where the column holds dates such as '2021-10-04' (a.csv, line 2)",
            fault.Problem, StringComparison.Ordinal);
        Assert.Contains(wayOut, fault.WayOut, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("19:13,31:05,5:52", 3L)]
    [InlineData("75:30,10:00:00", 2L)]
    public void Durations_are_refused(string cells, long line)
    {
        DataFormatException fault = Assert.Throws<DataFormatException>(
            () => SchemaInference.Infer([Column(cells, "a.csv")], ByY));
        Assert.Equal((line, "x"), (fault.Line, fault.Column));
        Assert.Contains("is a duration, no time of day", fault.Problem, StringComparison.Ordinal);
        Assert.Contains("as a number, of hours or of minutes", fault.WayOut, StringComparison.Ordinal);
    }

    [Fact]
    public void Times_of_day_with_a_midnight_or_a_slip_stay_times()
    {
        string cells = string.Join(',', Enumerable.Range(0, 200).Select(i => $"{i % 24}:30")) + ",24:00,31:05";
        InferredSchema inferred = SchemaInference.Examine([Column(cells, "a.csv")], ByY);
        Assert.Equal(DateReading.Clock, inferred.Schema.Features[0].Dates);
    }

    private static RawTable Column(string cells, string source, string name = "x") => new(
        source, [name, "y"],
        [.. cells.Split(',').Select((cell, i) => new RawRow(i + 2, [cell, i % 2 == 0 ? "0" : "1"]))]);
}
