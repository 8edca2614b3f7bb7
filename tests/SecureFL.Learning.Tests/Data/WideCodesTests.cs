using SecureFL.Learning.Data;
using SecureFL.Learning.Data.Checks;
using SecureFL.Learning.Data.Encoders;
using SecureFL.Learning.Data.Inference;
using SecureFL.Learning.Data.Schemas;
using SecureFL.Learning.Data.Tables;

namespace SecureFL.Learning.Tests.Data;

/// <summary>Codes of so many digits that double precision takes several for one number.</summary>
public sealed class WideCodesTests
{
    private static readonly SchemaOptions ByY = new() { Label = "y" };

    private static readonly string[] Codes = ["900000000000207008", "900000000000207009", "900000000000207010"];

    [Fact]
    public void Codes_that_become_one_number_are_refused_in_one_file_and_between_sites()
    {
        DataFormatException fault =
            Assert.Throws<DataFormatException>(() => SchemaInference.Infer([Table(Codes)], ByY));
        Assert.Equal(
            "t.csv, line 3, column code: 900000000000207009 and 900000000000207008 are one number to the 16 digits "
            + "that numbers have here: codes, no amounts", fault.Message);
        Assert.Contains("--categorical code", fault.WayOut, StringComparison.Ordinal);
        fault = Assert.Throws<DataFormatException>(
            () => SchemaInference.Infer([Table(Codes[0], Codes[0]), Table(Codes[1], Codes[1])], ByY));
        Assert.StartsWith("900000000000207009 and 900000000000207008 ", fault.Problem, StringComparison.Ordinal);
        Assert.Equal(3, DataCheck.Of(Table(Codes), "y").Columns[0].Distinct);
    }

    [Fact]
    public void As_categories_and_classes_they_keep_their_digits()
    {
        RawTable table = Table(Codes);
        TableSchema schema = SchemaInference.Infer([table], ByY with { Categorical = ["code"] });
        Assert.Equal(Codes, schema.Features[0].Categories);
        Assert.Equal([1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0],
            new TableEncoder(TableSchema.FromJson(schema.ToJson(), "plan")).Encode(table).Data.Features.ToArray());

        TableSchema label = SchemaInference.Infer([table],
            new SchemaOptions { Label = "code", Task = LearningTask.MultiClass });
        Assert.Equal(Codes, label.Label.Classes);
        Assert.Equal([0, 1, 2], new TableEncoder(label).Encode(table).Data.Labels.ToArray());
        Assert.Throws<DataFormatException>(() => SchemaInference.Infer([table],
            new SchemaOptions { Label = "code", Task = LearningTask.Regression }));
    }

    [Fact]
    public void Large_numbers_that_stay_apart_are_numbers()
    {
        RawTable table = Table("1577836800000000001", "1577836800000500001", "1577836800000900001");
        TableSchema schema = SchemaInference.Infer([table], ByY);
        Assert.Equal(ColumnKind.Numeric, schema.Features[0].Kind);
        Assert.Equal(3, new TableEncoder(schema).Encode(table).RowIndexes.Count);

        // A site that nobody compared with the plan's example is refused as well, by itself.
        DataFormatException fault = Assert.Throws<DataFormatException>(
            () => new TableEncoder(schema).Encode(Table(Codes)));
        Assert.Equal((3L, "code"), (fault.Line, fault.Column));
    }

    [Fact]
    public void A_code_for_missing_is_that_one_alone()
    {
        RawTable table = Table(Codes);
        MissingCodes missing = new([Codes[1]]);
        Assert.Equal([false, true, false], Codes.Select(code => missing.IsMissing(table, code)));
    }

    private static RawTable Table(params string[] cells) =>
        CsvTableReaderTests.Read("code,y\n" + string.Concat(cells.Select((cell, i) => $"{cell},{i % 2}\n")));
}
