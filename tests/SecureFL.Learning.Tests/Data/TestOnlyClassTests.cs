using SecureFL.Learning.Data;
using SecureFL.Learning.Data.Datasets;
using SecureFL.Learning.Data.Encoders;
using SecureFL.Learning.Data.Inference;
using SecureFL.Learning.Data.Schemas;
using SecureFL.Learning.Data.Tables;
using SecureFL.Learning.Data.Tensors;

namespace SecureFL.Learning.Tests.Data;

/// <summary>A class that only test rows have, and labels that differ from what a plan's schema says.</summary>
public sealed class TestOnlyClassTests
{
    [Fact]
    public void A_class_of_the_test_rows_alone_is_refused_with_its_line()
    {
        LabelSchema label = new() { Name = "y", Task = LearningTask.MultiClass, Classes = ["a", "b", "c"] };
        RawTable train = Table("a.csv", "a", "b");
        DataFormatException refusal = Assert.Throws<DataFormatException>(
            () => SchemaInference.RefuseTestOnlyClasses(label, [train], [Table("a.csv", "b", "c")], []));
        Assert.Equal(
            "a.csv, line 3, column y: the class 'c' stands in the test rows alone: no training row has it, so that "
            + "no model can learn it", refusal.Message);
        SchemaInference.RefuseTestOnlyClasses(label, [train, Table("b.csv", "c")], [Table("a.csv", "b", "c")], []);
    }

    [Fact]
    public void A_class_of_an_array_test_file_alone_is_refused_with_its_row()
    {
        TensorRows Rows(string name, params double[] labels) =>
            new(name, new RawDataset(new double[labels.Length], labels, 1, LearningTask.Regression, 0), Integers: true);
        DataFormatException refusal = Assert.Throws<DataFormatException>(
            () => TensorRows.RefuseTestOnlyClasses(LearningTask.MultiClass, [Rows("a.npz", 0, 1), Rows("b.npz", 1, 2)],
                Rows("t.npz", 0, 3)));
        Assert.StartsWith("t.npz: the class 3 of row 1 stands in the test rows alone", refusal.Message,
            StringComparison.Ordinal);
        TensorRows.RefuseTestOnlyClasses(LearningTask.MultiClass, [Rows("a.npz", 0, 1), Rows("b.npz", 3)],
            Rows("t.npz", 0, 3));
        TensorRows.RefuseTestOnlyClasses(LearningTask.Regression, [Rows("a.npz", 0, 1)], Rows("t.npz", 0, 3));
    }

    [Theory]
    [InlineData("0,1", "3.7", "is none of the classes 0, 1")]
    [InlineData("0,1", "yes", "'yes' is not a number")]
    [InlineData("no,yes", "1", "is none of the classes no, yes")]
    [InlineData("1.5,2.5,3.5,7.25,8.5,9.125", "yes", "'yes' is not a number")]
    public void A_site_whose_labels_are_of_another_kind_than_the_plan_says_is_refused(string described, string own,
        string reason)
    {
        string[] values = described.Split(',');
        TableSchema schema = SchemaInference.Infer(
            [Table("a.csv", [.. Enumerable.Range(0, 60).Select(i => values[i % values.Length])])],
            new SchemaOptions { Label = "y" });
        DataFormatException refusal = Assert.Throws<DataFormatException>(
            () => new TableEncoder(schema).Encode(Table("b.csv", [.. Enumerable.Repeat(own, 60)])));
        Assert.StartsWith("b.csv", refusal.Message, StringComparison.Ordinal);
        Assert.Contains(reason, refusal.Message, StringComparison.Ordinal);
        Assert.Contains("column y", refusal.Message, StringComparison.Ordinal);
    }

    private static RawTable Table(string name, params string[] labels) =>
        new(name, ["x", "y"], [.. labels.Select((label, i) => new RawRow(i + 2, [$"{i % 7}.5", label]))]);
}
