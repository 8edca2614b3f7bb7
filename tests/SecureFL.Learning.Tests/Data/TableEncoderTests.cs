using System.Collections.Immutable;
using SecureFL.Learning.Data;
using SecureFL.Learning.Data.Csv;
using SecureFL.Learning.Data.Datasets;
using SecureFL.Learning.Data.Encoders;
using SecureFL.Learning.Data.Inference;
using SecureFL.Learning.Data.Scaling;
using SecureFL.Learning.Data.Schemas;
using SecureFL.Learning.Data.Tables;

namespace SecureFL.Learning.Tests.Data;

public class TableEncoderTests
{
    private const string Text = "age,sex,ward,ill\n50,m,2,yes\n?,f,1,no\n70,f,,yes\n60,m,1.0,NA\n40,f,01,no\n";

    private static RawTable Table => CsvTableReaderTests.Read(Text);

    [Fact]
    public void Infers_kinds_classes_and_canonical_categories()
    {
        TableSchema schema = SchemaInference.Infer([Table],
            new SchemaOptions { Label = "ill", Categorical = ["ward"] });
        Assert.Equal([ColumnKind.Numeric, ColumnKind.Categorical, ColumnKind.Categorical],
            schema.Features.Select(column => column.Kind));
        Assert.Equal(["f", "m"], schema.Features[1].Categories);
        Assert.Equal(["1", "2"], schema.Features[2].Categories);
        Assert.Equal(LearningTask.Binary, schema.Label.Task);
        Assert.Equal(["no", "yes"], schema.Label.Classes);
        Assert.Equal(7, schema.Width);
        Assert.Equal(["age", "sex=f", "sex=m", "sex=(unseen)", "ward=1", "ward=2", "ward=(unseen)"],
            schema.FeatureNames());
    }

    [Fact]
    public void Rows_with_missing_cells_are_dropped_and_counted()
    {
        TableSchema schema = SchemaInference.Infer([Table],
            new SchemaOptions { Label = "ill", Categorical = ["ward"] });
        EncodedTable encoded = new TableEncoder(schema).Encode(Table);
        Assert.Equal((1, 2, 0), (encoded.RowsWithoutLabel, encoded.RowsWithMissing, encoded.ImputedCells));
        Assert.Equal([0, 4], encoded.RowIndexes);
        Assert.Equal([50, 0, 1, 0, 0, 1, 0, 40, 1, 0, 0, 1, 0, 0], encoded.Data.Features);
        Assert.Equal([1, 0], encoded.Data.Labels);
    }

    [Fact]
    public void Imputation_keeps_rows_and_scaling_fills_the_mean()
    {
        TableSchema schema = SchemaInference.Infer(
            [Table], new SchemaOptions
            {
                Label = "ill",
                Ignore = ["sex"],
                Categorical = ["ward"],
                Missing = MissingPolicy.Impute
            });
        EncodedTable encoded = new TableEncoder(schema).Encode(Table);
        Assert.Equal(4, encoded.Data.Count);
        Assert.Equal(2, encoded.ImputedCells);
        Assert.True(double.IsNaN(encoded.Data.Row(1)[0]));
        Assert.Equal(1, encoded.Data.Row(2)[^1]);
        Dataset scaled = FeatureScaling.Standard(FeatureStatistics.Of(encoded.Data)).Apply(encoded.Data);
        Assert.Equal(0, scaled.Row(1)[0]);
        Assert.All(scaled.Features, value => Assert.True(float.IsFinite(value)));
    }

    [Fact]
    public void A_category_nobody_declared_has_a_column_of_its_own()
    {
        TableSchema schema = SchemaInference.Infer([Table],
            new SchemaOptions { Label = "ill", Ignore = ["age", "ward"] });
        EncodedTable encoded = new TableEncoder(schema).Encode(CsvTableReaderTests.Read("sex,ill\nother,no\nm,yes\n"));
        Assert.Equal([0, 0, 1, 0, 1, 0], encoded.Data.Features);
        Assert.Equal(1, encoded.UnseenCells);
    }

    [Fact]
    public void Reference_coding_leaves_out_the_first_category()
    {
        TableSchema schema = SchemaInference.Infer([Table],
            new SchemaOptions { Label = "ill", Ignore = ["age", "ward"], OmitFirstCategory = true });
        EncodedTable encoded = new TableEncoder(schema).Encode(
            CsvTableReaderTests.Read("sex,ill\nf,no\nm,yes\nx,yes\n"));
        Assert.Equal([0, 0, 1, 0, 0, 1], encoded.Data.Features);
    }

    [Theory]
    [InlineData("age,ill\n50,1\nold,0\n", 3L, "age")]
    [InlineData("age,ill\n50,1\n1e60,0\n", 3L, "age")]
    [InlineData("age,ill\n50,1\ninf,0\n", 3L, "age")]
    [InlineData("age,ill\n50,1\n51,2\n", 3L, "ill")]
    public void A_bad_cell_names_file_line_and_column(string text, long line, string column)
    {
        TableSchema schema = SchemaInference.Infer([CsvTableReaderTests.Read("age,ill\n50,1\n60,0\n")],
            new SchemaOptions { Label = "ill" });
        DataFormatException fault = Assert.Throws<DataFormatException>(
            () => new TableEncoder(schema).Encode(CsvTableReaderTests.Read(text)));
        Assert.Equal((line, column), (fault.Line, fault.Column));
        Assert.Contains($"t.csv, line {line}, column {column}: ", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_without_a_usable_row_is_refused()
    {
        TableSchema schema = SchemaInference.Infer([Table],
            new SchemaOptions { Label = "ill", Ignore = ["sex", "ward"] });
        DataFormatException fault = Assert.Throws<DataFormatException>(
            () => new TableEncoder(schema).Encode(CsvTableReaderTests.Read("age,ill\n?,no\n5,NA\n")));
        Assert.Contains("no usable row", fault.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("y\n1\n0\n1\n", LearningTask.Binary, 2)]
    [InlineData("y\nb\na\nc\n", LearningTask.MultiClass, 3)]
    [InlineData("y\n0\n7\n9\n", LearningTask.MultiClass, 3)]
    [InlineData("y\n0.5\n7\n9\n", LearningTask.Regression, 0)]
    public void Tasks_are_inferred_from_labels(string labels, LearningTask task, int classes)
    {
        string text = string.Join('\n', labels.Trim().Split('\n').Select((line, i) => i == 0 ? "x,y" : $"{i},{line}"));
        LabelSchema label = SchemaInference.Infer([CsvTableReaderTests.Read(text)],
            new SchemaOptions { Label = "-1" }).Label;
        Assert.Equal((task, classes), (label.Task, label.ClassCount));
    }

    [Fact]
    public void A_threshold_makes_a_graded_label_binary()
    {
        RawTable table = CsvTableReaderTests.Read("x,num\n1,0\n2,3\n3,1\n");
        TableSchema schema = SchemaInference.Infer([table], new SchemaOptions { Label = "num", LabelThreshold = 0 });
        Assert.Equal([0, 1, 1], new TableEncoder(schema).Encode(table).Data.Labels);
    }

    [Fact]
    public void Free_text_is_refused_with_its_place()
    {
        string text = "name,y\n" + string.Concat(Enumerable.Range(0, 400).Select(i => $"patient {i % 200},{i % 2}\n"));
        DataFormatException fault = Assert.Throws<DataFormatException>(
            () => SchemaInference.Infer([CsvTableReaderTests.Read(text)], new SchemaOptions { Label = "y" }));
        Assert.Equal("name", fault.Column);
    }

    [Fact]
    public void Schemas_survive_JSON_and_bad_ones_are_refused()
    {
        TableSchema schema = SchemaInference.Infer([Table],
            new SchemaOptions { Label = "ill", OmitFirstCategory = true });
        TableSchema back = TableSchema.FromJson(schema.ToJson(), "plan");
        Assert.Equal(schema.Digest, back.Digest);
        Assert.Equal(schema.FeatureNames(), back.FeatureNames());
        Assert.NotEqual(schema.Digest, (schema with { Missing = MissingPolicy.Impute }).Digest);
        Assert.Throws<DataFormatException>(() => TableSchema.FromJson("{}", "plan"));
        Assert.Throws<DataFormatException>(() => TableSchema.FromJson("null", "plan"));
        Assert.Throws<DataFormatException>(
            () => TableSchema.FromJson(schema.ToJson().Replace("\"yes\"", "\"no\"", StringComparison.Ordinal), "plan"));
        Assert.Throws<ArgumentException>(() => (schema with { Features = [] }).Check());
    }

    [Fact]
    public void Categories_are_agreed_from_summed_counts()
    {
        ImmutableArray<string> candidates = ["f", "m", "x"];
        long[] north = CategoryAgreement.Count(Table, "sex", candidates);
        long[] south = CategoryAgreement.Count(CsvTableReaderTests.Read("sex\nm\nother\nx\n?\n"), "sex", candidates);
        Assert.Equal([3, 2, 0, 0], north);
        Assert.Equal([0, 1, 1, 1], south);
        long[] totals = [.. north.Zip(south, (a, b) => a + b)];
        Assert.Equal(["f", "m"], CategoryAgreement.Agree("sex", candidates, totals, minimumCount: 2).Categories);
    }

    [Fact]
    public void Decimal_commas_are_read_when_asked_for()
    {
        RawTable table = CsvTableReaderTests.Read("x;y\n1,5;0\n2,25;1\n", new CsvReadOptions { Decimal = ',' });
        TableSchema schema = SchemaInference.Infer([table], new SchemaOptions { Label = "y" });
        Assert.Equal([1.5f, 2.25f], new TableEncoder(schema).Encode(table).Data.Features);
    }

    [Fact]
    public void Categories_nobody_declared_are_counted_and_refused_where_all_are_other_names_of_declared_ones()
    {
        TableSchema schema = SchemaInference.Infer([CsvTableReaderTests.Read("sex,ward,y\nm,a,0\nf,b,1\n")],
            new SchemaOptions { Label = "y" });
        TableEncoder encoder = new(schema);
        EncodedTable encoded = encoder.EncodeFeatures(CsvTableReaderTests.Read("sex,ward\nm,icu\nmale,icu\nf,er\n"));
        Assert.Equal(
            [
                "column sex: 1 cells are none of its categories and count as unseen: 'male' 1x",
                "column ward: 3 cells are none of its categories and count as unseen: 'icu' 2x, 'er' 1x",
            ],
            encoded.UnseenByColumn);
        DataFormatException fault = Assert.Throws<DataFormatException>(
            () => encoder.EncodeFeatures(CsvTableReaderTests.Read("sex,ward\nx,a\nmale,a\n")));
        Assert.Equal((3L, "sex", "'male' and the agreed category 'm' look like one answer in two spellings"),
            (fault.Line, fault.Column, fault.Problem));
        Assert.Equal("write it as agreed: f, m", fault.WayOut);
    }

    [Theory]
    [InlineData("2020-06-19", "19/06/2020",
        "'19/06/2020' is not a date with the year first (2020-06-19), as are 1 more cells of 2")]
    [InlineData("19/06/2020", "06/20/2020",
        "'06/20/2020' is not a date with the day first (19/06/2020, or 2020-06-19), as are 1 more cells of 2")]
    [InlineData("14:05", "2 h", "'2 h' is not a time of day (14:05), as are 1 more cells of 2")]
    public void Dates_in_another_order_than_agreed_are_refused_as_that(string agreed, string given, string problem)
    {
        TableSchema schema = SchemaInference.Infer([CsvTableReaderTests.Read($"d,y\n{agreed},0\n{agreed},1\n")],
            new SchemaOptions { Label = "y" });
        DataFormatException fault = Assert.Throws<DataFormatException>(
            () => new TableEncoder(schema).EncodeFeatures(CsvTableReaderTests.Read($"d\n{given}\n{given}\n")));
        Assert.Equal(problem, fault.Problem);
    }

    [Fact]
    public void A_number_is_no_spelling_of_its_negative()
    {
        TableSchema schema = SchemaInference.Infer([CsvTableReaderTests.Read("x,y\n-1,0\n0,1\n")],
            new SchemaOptions { Label = "y", Categorical = ["x"] });
        Assert.Equal(1, new TableEncoder(schema).Encode(CsvTableReaderTests.Read("x,y\n1,0\n0,1\n")).UnseenCells);
    }
}
