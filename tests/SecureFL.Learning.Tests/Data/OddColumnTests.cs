using System.Globalization;
using SecureFL.Learning.Data;
using SecureFL.Learning.Data.Checks;
using SecureFL.Learning.Data.Columns;
using SecureFL.Learning.Data.Encoders;
using SecureFL.Learning.Data.Inference;
using SecureFL.Learning.Data.Schemas;
using SecureFL.Learning.Data.Tables;
using Xunit;

namespace SecureFL.Learning.Tests.Data;

/// <summary>Columns that look like categories or numbers and are neither, and sites that differ.</summary>
public sealed class OddColumnTests
{
    private static readonly SchemaOptions ByY = new() { Label = "y" };

    [Theory]
    [InlineData("83 %", "0.83", "% in 50 cells, no unit in 50 cells; the first is '83 %'")]
    [InlineData("35 mg", "29", "mg in 50 cells, no unit in 50 cells; the first is '35 mg'")]
    [InlineData("5 mg/d", "7mg/Tag", "mg/Tag in 50 cells, mg/d in 50 cells; the first is '5 mg/d'")]
    public void Numbers_with_several_units_or_with_and_without_one_are_refused(string one, string other, string said)
    {
        RawTable table = Column("x", i => i % 2 == 0 ? one : other);
        DataFormatException refusal = Assert.Throws<DataFormatException>(() => SchemaInference.Infer([table], ByY));
        Assert.Equal((2L, $"numbers with several units, or with and without one: {said}"),
            (refusal.Line, refusal.Problem));
        Assert.DoesNotContain("--missing-values", refusal.WayOut, StringComparison.Ordinal);
        Assert.Equal(2, SchemaInference.Infer([table], ByY with { Categorical = ["x"] }).Features[0].Categories.Length);
    }

    [Fact]
    public void A_unit_at_one_site_and_another_that_nobody_knows_at_the_next_are_refused() =>
        Assert.Contains(
            "the sites' units differ: mg/d at t.csv, mg/Tag at t.csv",
            Assert.Throws<DataFormatException>(
                () => SchemaInference.Infer([Column("x", i => $"{i} mg/d"), Column("x", i => $"{i}mg/Tag")],
                    ByY)).Problem,
            StringComparison.Ordinal);

    [Theory]
    [InlineData("5-10", "10-15", true)]
    [InlineData("2a", "3b", false)]
    [InlineData(">90", "<5", true)]
    [InlineData("T1", "T2", false)]
    public void Categories_that_begin_with_a_number_are_pointed_out(string one, string other, bool said)
    {
        InferredSchema inferred = SchemaInference.Examine([Column("x", i => i % 2 == 0 ? one : other)], ByY);
        Assert.Equal(2, inferred.Schema.Features[0].Categories.Length);
        Assert.Equal(said, inferred.Notes
            .Any(note => note.StartsWith("column x: most cells begin with a number", StringComparison.Ordinal)));
        Assert.Empty(SchemaInference.Examine([Column("x", i => i % 2 == 0 ? one : other)],
            ByY with { Categorical = ["x"] }).Notes);
    }

    [Fact]
    public void A_line_break_in_a_cell_is_refused_with_its_place()
    {
        RawTable table = Column("note", i => i == 3 ? "\"two\nlines\"" : "fine");
        DataFormatException refusal = Assert.Throws<DataFormatException>(() => SchemaInference.Infer([table], ByY));
        Assert.Equal((5L, "note", "--ignore note leaves the column out, or write its answers as short words"),
            (refusal.Line, refusal.Column, refusal.WayOut));
    }

    [Fact]
    public void Visits_under_an_identifiers_name_and_dates_of_the_last_year_are_pointed_out()
    {
        RawTable visits = Column("patient_id", i => $"{5000 + (i / 3)}");
        Assert.Equal(
            "column patient_id has an identifier's name and is taken as a number; if it is an identifier: --ignore "
            + "patient_id",
            Assert.Single(SchemaInference.Examine([visits], ByY).Notes));
        Assert.Empty(SchemaInference.Examine([visits], ByY with { Keep = ["patient_id"] }).Notes);
        Assert.Contains(
            "column d: 9999-12-31 in 5 cells looks like a code for missing; if it is: --missing-values 9999-12-31",
            SchemaInference.Examine([Column("d", i => i % 20 == 0 ? "9999-12-31" : $"2020-01-{1 + (i % 28):00}")],
                ByY).Notes);
    }

    // Centigrade and Fahrenheit; a shift over zero; a class a site.
    [Theory]
    [InlineData(36, 5, 96, 9, true)]
    [InlineData(-5, 4, 2, 5, false)]
    [InlineData(0, 1, 1, 1, false)]
    [InlineData(50, 10, 70, 9, false)]
    public void Ranges_that_do_not_meet_are_other_units_where_their_centres_are_far_apart(int first, int firstSpan,
        int second, int secondSpan, bool said)
    {
        TableProfile[] sites = [TableProfile.Of(Column("x", i => $"{first + (i % firstSpan)}")),
            TableProfile.Of(Column("x", i => $"{second + (i % secondSpan)}"))];
        Assert.Equal(said, SiteComparison.Of(sites)[0].Differences
            .Any(text => text.StartsWith("other units?", StringComparison.Ordinal)));
    }

    [Fact]
    public void Rows_that_stand_in_two_files_are_counted_unless_rows_repeat_by_chance()
    {
        TableProfile[] part = [TableProfile.Of(Column("x", i => $"{i}.5")),
            TableProfile.Of(Column("x", i => $"{(i < 30 ? i : 1000 + i)}.5"))];
        Assert.Equal("30 of 100 rows of t.csv stand in t.csv too: are they the same people twice?",
            Assert.Single(SiteComparison.Repeated(part)));
        Assert.Empty(SiteComparison.Repeated(
            [TableProfile.Of(Column("x", i => $"{i % 7}")), TableProfile.Of(Column("x", i => $"{i % 5}"))]));
    }

    [Fact]
    public void One_cell_that_is_no_number_does_not_refuse_a_short_file_to_predict()
    {
        TableSchema schema = SchemaInference.Infer([Column("x", i => $"{i}.5")],
            ByY with { Missing = MissingPolicy.Impute });
        TableEncoder encoder = new(schema);
        EncodedTable encoded = encoder.EncodeFeatures(CsvTableReaderTests.Read("x,z\n<0.5,1\n"));
        Assert.Equal([double.NaN], encoded.Data.Features);
        Assert.Equal("column x: 1 cells are no number and count as missing: '<0.5' 1x; the first is in line 2",
            Assert.Single(encoded.Remarks));
        Assert.Throws<DataFormatException>(() => encoder.EncodeFeatures(CsvTableReaderTests.Read("x,z\n5 mg,1\n")));
        Assert.Throws<DataFormatException>(
            () => encoder.EncodeFeatures(CsvTableReaderTests.Read("x,z\na,1\nb,1\nc,1\n")));
        Assert.Throws<DataFormatException>(() => encoder.Encode(CsvTableReaderTests.Read("x,y\n<0.5,1\n")));
    }

    [Fact]
    public void A_title_above_the_header_is_named()
    {
        DataFormatException refusal = Assert.Throws<DataFormatException>(
            () => CsvTableReaderTests.Read("Export of May\n\nx,y\n1,2\n"));
        Assert.Contains("delete a title or notes above the header ('Export of May')", refusal.WayOut,
            StringComparison.Ordinal);
    }

    private static RawTable Column(string name, Func<int, string> cell) => CsvTableReaderTests.Read(
        $"{name},y\n" + string.Concat(
            Enumerable.Range(0, 100).Select(i => string.Create(CultureInfo.InvariantCulture, $"{cell(i)},{i % 2}\n"))));
}
