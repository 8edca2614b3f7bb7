using SecureFL.Learning.Data;
using SecureFL.Learning.Data.Inference;
using SecureFL.Learning.Data.Schemas;
using SecureFL.Learning.Data.Tables;
using Xunit;

namespace SecureFL.Learning.Tests.Data;

/// <summary>A label that a few cells would turn into another study.</summary>
public sealed class OddLabelTests
{
    private static readonly SchemaOptions ByY = new() { Label = "y" };

    [Theory]
    [InlineData("0,1", "0.5",
        "correct the cell, or empty it to leave its row out (is it a row of totals or means?); --classes 0,0.5,1 "
        + "where it is a class; --model linear where the label is a number to predict")]
    [InlineData("0,1", "10",
        "correct the cell, or empty it to leave its row out (is it a row of totals or means?); --classes 0,1,10 "
        + "where it is a class; --model linear where the label is a number to predict")]
    [InlineData("no,yes", "maybe?",
        "correct the cell, or empty it to leave its row out (is it a row of totals or means?); --classes "
        + "'maybe?,no,yes' where it is a class")]
    public void One_odd_cell_in_a_label_of_two_values_is_refused_with_its_place(string two, string odd, string wayOut)
    {
        string[] usual = two.Split(',');
        RawTable table = Table([.. Enumerable.Range(0, 150).Select(i => i == 57 ? odd : usual[i % 2])]);
        DataFormatException refusal = Assert.Throws<DataFormatException>(() => SchemaInference.Infer([table], ByY));
        Assert.Equal($"the label is {usual[0]} or {usual[1]} in 149 of 150 rows, and '{odd}' is neither",
            refusal.Problem);
        Assert.Equal((59L, "y", wayOut), (refusal.Line, refusal.Column, refusal.WayOut));
        SchemaOptions declared = ByY with { Classes = [.. usual, odd] };
        Assert.Equal(LearningTask.MultiClass, SchemaInference.Infer([table], declared).Label.Task);
    }

    [Fact]
    public void A_label_of_two_values_and_an_odd_one_is_a_number_where_that_is_said()
    {
        RawTable table = Table([.. Enumerable.Range(0, 100).Select(i => i == 7 ? "0.5" : i % 2 == 0 ? "0" : "1")]);
        Assert.Equal(LearningTask.Regression,
            SchemaInference.Infer([table], ByY with { Task = LearningTask.Regression }).Label.Task);
    }

    [Fact]
    public void A_class_of_one_row_beside_large_ones_is_pointed_out()
    {
        RawTable table = Table([.. Enumerable.Range(0, 90).Select(i => i == 7 ? "d" : "abc"[i % 3].ToString())]);
        Assert.Equal(
            "label y: the class 'd' has 1 row (t.csv, line 9), the largest 30: too few to learn; is it a slip?",
            Assert.Single(SchemaInference.Examine([table], ByY).Notes));
    }

    [Fact]
    public void A_class_of_the_test_rows_alone_is_refused()
    {
        RawTable train = Table([.. Enumerable.Range(0, 60).Select(i => i % 2 == 0 ? "no" : "yes")]);
        RawTable test =
            Table([.. Enumerable.Range(0, 30).Select(i => i % 3 == 0 ? "no" : i % 3 == 1 ? "yes" : "maybe")]);
        DataFormatException refusal = Assert.Throws<DataFormatException>(
            () => SchemaInference.Examine([train, test], ByY, tests: 1));
        Assert.Contains("the class 'maybe' stands in the test rows alone", refusal.Problem, StringComparison.Ordinal);
        Assert.Equal(4, refusal.Line);
        Assert.Equal(3, SchemaInference.Infer([train, test], ByY).Label.ClassCount);
        SchemaOptions declared = ByY with { Classes = ["no", "yes", "maybe"] };
        Assert.Equal(3, SchemaInference.Examine([train, test], declared, tests: 1).Schema.Label.ClassCount);
    }

    // Counts and scores are a number, codes of classes that were gathered evenly are classes.
    [Theory]
    [InlineData(new[] { 40, 50, 30, 20, 8 }, LearningTask.MultiClass)]
    [InlineData(new[] { 50, 60, 40, 20, 10, 4, 2, 1 }, LearningTask.Regression)]
    [InlineData(new[] { 30, 28, 31, 29, 30, 33, 27, 30, 31, 29 }, LearningTask.MultiClass)]
    [InlineData(new[] { 30, 28, 31, 29, 30, 33, 0, 30, 31, 29 }, LearningTask.Regression)]
    [InlineData(new[] { 2, 3, 2, 3, 2, 3, 2 }, LearningTask.Regression)]
    public void Whole_numbers_are_classes_where_they_are_few_or_evenly_common(int[] rows, LearningTask task)
    {
        RawTable table =
            Table(
                [
                    .. rows.SelectMany(
                        (count, value) => Enumerable.Repeat(
                            value.ToString(System.Globalization.CultureInfo.InvariantCulture), count))]);
        Assert.Equal(task, SchemaInference.Infer([table], ByY).Label.Task);
        Assert.Equal(LearningTask.MultiClass,
            SchemaInference.Infer([table], ByY with { Task = LearningTask.MultiClass }).Label.Task);
    }

    private static RawTable Table(string[] labels) =>
        CsvTableReaderTests.Read("x,y\n" + string.Concat(labels.Select((label, i) => $"{i % 7},{label}\n")));
}
