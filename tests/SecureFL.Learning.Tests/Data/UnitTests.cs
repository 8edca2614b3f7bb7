using SecureFL.Learning.Data;
using SecureFL.Learning.Data.Cells;
using SecureFL.Learning.Data.Encoders;
using SecureFL.Learning.Data.Inference;
using SecureFL.Learning.Data.Schemas;
using SecureFL.Learning.Data.Tables;

namespace SecureFL.Learning.Tests.Data;

/// <summary>Numbers with a unit behind them.</summary>
public sealed class UnitTests
{
    private static readonly SchemaOptions ByY = new() { Label = "y" };

    [Theory]
    [InlineData("12.5 %", "12.5", "%")]
    [InlineData("5mg", "5", "mg")]
    [InlineData("-1.5e", "-1.5", "e")]
    [InlineData("1 234,5 mg/dl", "1 234,5", "mg/dl")]
    [InlineData("3 \u03BCg", "3", "\u00B5g")]
    [InlineData("< 0.5", null, null)]
    [InlineData("mg", null, null)]
    [InlineData("2020-01-02", null, null)]
    [InlineData("12 h 30", null, null)]
    [InlineData("5", null, null)]
    [InlineData("5 of the tablets", null, null)]
    [InlineData("", null, null)]
    public void A_cell_is_a_number_and_a_unit_or_it_is_not(string cell, string? number, string? unit)
    {
        bool split = CellUnit.TrySplit(cell, out ReadOnlySpan<char> left, out string right);
        Assert.Equal(number is not null, split);
        Assert.Equal((number, unit), split ? (left.ToString(), right) : (null, null));
    }

    [Fact]
    public void A_plans_unit_is_read_with_and_without_and_no_other_ever()
    {
        TableSchema schema = SchemaInference.Infer([Table("5 mg", "7mg", "9 mg")], ByY);
        Assert.Equal("mg", schema.Features[0].Unit);
        TableEncoder encoder = new(TableSchema.FromJson(schema.ToJson(), "plan"));
        Assert.Equal([5, 7, 9], encoder.Encode(Table("5 mg", "7mg", "9 mg")).Data.Features.ToArray());

        EncodedTable bare = encoder.Encode(Table("5", "7 mg", "9"));
        Assert.Equal([5, 7, 9], bare.Data.Features.ToArray());
        Assert.Equal(
            ["column dose: 2 cells have no unit and are read in mg, which was agreed: make sure that they are"],
            bare.Remarks);

        EncodedTable one = new TableEncoder(schema with { Missing = MissingPolicy.Impute }).Encode(
            Table("5 mg", "7 mg", "9 g"));
        Assert.Equal([5, 7, double.NaN], one.Data.Features.ToArray());
        Assert.Contains("column dose: 1 cells are no number in mg and count as missing: '9 g' 1x", one.Remarks[0],
            StringComparison.Ordinal);
        DataFormatException other = Assert.Throws<DataFormatException>(
            () => encoder.Encode(Table("5 g", "7 g", "9 g")));
        Assert.Equal("'5 g' is not a number in mg, as are 2 more cells of 3", other.Problem);
    }

    [Fact]
    public void A_plan_without_a_unit_refuses_numbers_that_have_one()
    {
        TableSchema schema = SchemaInference.Infer([Table("5", "7", "9")], ByY);
        Assert.Null(schema.Features[0].Unit);
        Assert.Equal("'5 %' is not a number, as are 2 more cells of 3",
            Assert.Throws<DataFormatException>(
                () => new TableEncoder(schema).Encode(Table("5 %", "7 %", "9 %"))).Problem);
    }

    [Theory]
    [InlineData("")]
    [InlineData("1 mg")]
    [InlineData("a b")]
    [InlineData("\u202E")]
    public void A_plans_unit_is_one(string unit)
    {
        TableSchema schema = SchemaInference.Infer([Table("5", "7", "9")], ByY);
        Assert.Throws<ArgumentException>(
            () => (schema with { Features = [schema.Features[0] with { Unit = unit }] }).Check());
    }

    [Fact]
    public void Declared_categories_and_classes_keep_their_texts()
    {
        RawTable table = Table("5 mg", "7 mg", "9 mg");
        Assert.Equal(["5 mg", "7 mg", "9 mg"],
            SchemaInference.Infer([table], ByY with { Categorical = ["dose"] }).Features[0].Categories);
        TableSchema classes = SchemaInference.Infer([table],
            new SchemaOptions { Label = "dose", Classes = ["5 mg", "7 mg", "9 mg"] });
        Assert.Equal([0, 1, 2], new TableEncoder(classes).Encode(table).Data.Labels.ToArray());
        TableSchema numbers = SchemaInference.Infer([table],
            new SchemaOptions { Label = "dose", Task = LearningTask.Regression });
        Assert.Equal([5, 7, 9], new TableEncoder(numbers).Encode(table).Data.Labels.ToArray());
    }

    private static RawTable Table(params string[] cells) =>
        CsvTableReaderTests.Read("dose,y\n" + string.Concat(cells.Select((cell, i) => $"{cell},{i % 2}\n")));
}
