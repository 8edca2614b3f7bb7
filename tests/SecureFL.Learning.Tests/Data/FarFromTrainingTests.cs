using System.Globalization;
using SecureFL.Learning.Data.Checks;
using SecureFL.Learning.Data.Encoders;
using SecureFL.Learning.Data.Inference;
using SecureFL.Learning.Data.Scaling;
using SecureFL.Learning.Data.Schemas;
using SecureFL.Learning.Data.Tables;

namespace SecureFL.Learning.Tests.Data;

/// <summary>Rows to predict that have nothing to do with those that a model was trained on are told.</summary>
public class FarFromTrainingTests
{
    private static readonly RawTable Trained = Table(
        [.. Enumerable.Range(0, 60).Select(
            i => $"{70 + (i % 31)},{20 + (i * 7 % 60)},{(i == 7 ? 1 : 0)},{1 + (i % 9)} mg")]);

    private static readonly TableSchema Schema = SchemaInference.Infer([Trained], new SchemaOptions { Label = "y" });

    [Theory]
    [InlineData(false, "(mean 49.5, deviation 17.464)")]
    [InlineData(true, "(20 .. 79)")]
    public void One_absurd_cell_is_told_with_its_place(bool minMax, string trained)
    {
        string said = Assert.Single(Sentences(["95,30,0,3", "96,4000,0,3", "97,50,1,3", "97,-9000,0,3"], minMax));
        Assert.Equal(
            $"column age: 2 cells are far outside of what the model was trained on {trained}: the first is '4000' in "
            + "t.csv, line 3; is it a slip, or in other units?", said);
    }

    [Fact]
    public void A_column_in_other_units_is_told_where_all_its_cells_are_apart()
    {
        string said = Assert.Single(Sentences(["0.95,30,0,3", ",30,0,3", "0.97,31,0,3"]));
        Assert.StartsWith("column spo2: 2 cells are far outside", said, StringComparison.Ordinal);
        Assert.Contains("'0.95' in t.csv, line 2;", said, StringComparison.Ordinal);
        said = Assert.Single(Sentences(["90,30,0,3000"]));
        Assert.Contains(", in mg): the first is '3000'", said, StringComparison.Ordinal);
    }

    [Fact]
    public void Rows_like_those_in_training_and_models_without_a_scaling_are_not_told()
    {
        Assert.Empty(Sentences(["95,30,0,3", "70,120,1,9", "100,0,1,1", "0.9,40,0,3"]));
        EncodedTable encoded = new TableEncoder(Schema).Encode(Table(["95,4000,0,3"]));
        Assert.Empty(FarFromTrainingRule.Sentences(Trained, Schema, encoded, null));
        FeatureScaling none = FeatureScaling.None(Statistics());
        Assert.Empty(FarFromTrainingRule.Sentences(Trained, Schema, encoded, none));
    }

    private static string[] Sentences(string[] rows, bool minMax = false)
    {
        RawTable table = Table(rows);
        EncodedTable encoded = new TableEncoder(Schema with { Missing = MissingPolicy.Impute }).Encode(table);
        FeatureScaling scaling = minMax ? FeatureScaling.MinMax(Statistics()) : FeatureScaling.Standard(Statistics());
        return [.. FarFromTrainingRule.Sentences(table, Schema, encoded, scaling)];
    }

    private static FeatureStatistics Statistics() =>
        FeatureStatistics.Of(new TableEncoder(Schema).Encode(Trained).Data);

    private static RawTable Table(string[] rows) => new(
        "t.csv", ["spo2", "age", "flag", "dose", "y"],
        [.. rows.Select((row, i) => new RawRow(i + 2,
            [.. row.Split(','), (i % 2).ToString(CultureInfo.InvariantCulture)]))]);
}
