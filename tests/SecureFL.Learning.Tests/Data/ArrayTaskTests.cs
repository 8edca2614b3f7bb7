using SecureFL.Learning.Data;
using SecureFL.Learning.Data.Tensors;

namespace SecureFL.Learning.Tests.Data;

/// <summary>
/// What the labels of array files are taken for: all sites' files decide together, or the model says it.
/// </summary>
public class ArrayTaskTests
{
    private static readonly double[] Days = [.. Enumerable.Range(0, 91).Select(day => (double)day)];

    [Fact]
    public void A_site_of_whole_numbers_does_not_make_classes_of_a_regression()
    {
        TensorRows whole = Rows("a", TensorData.FromDoubles([1, 2, 3], 3));
        TensorRows fractions = Rows("b", TensorData.FromDoubles([1.5, 2, 3], 3));
        Assert.Equal((LearningTask.MultiClass, 4), TensorRows.Decide([whole]));
        (LearningTask task, int classes) = TensorRows.Decide([whole, fractions]);
        Assert.Equal((LearningTask.Regression, 0), (task, classes));
        Assert.Equal([1, 2, 3], whole.As(task, classes).Labels);

        // A plan or a model says it to a site that sees its own rows alone.
        Assert.Equal((LearningTask.Regression, 0), TensorRows.Decide([whole], LearningTask.Regression));
        Assert.Equal(LearningTask.Regression,
            Rows("c", TensorData.FromDoubles([-3, 2, 7], 3)).As(LearningTask.Regression, 0).Task);
    }

    [Fact]
    public void Many_whole_numbers_are_numbers_unless_their_type_or_the_model_says_classes()
    {
        TensorRows floats = Rows("a", TensorData.FromDoubles(Days, 91));
        Assert.Equal((LearningTask.Regression, 0), TensorRows.Decide([floats]));
        Assert.Equal("label: a number; --model softmax takes its values as classes",
            TensorRows.Describe(LearningTask.Regression, 0, floats.Whole));
        Assert.Equal((LearningTask.MultiClass, 91), TensorRows.Decide([floats], LearningTask.MultiClass));
        Assert.Equal((LearningTask.MultiClass, 10),
            TensorRows.Decide(
                [Rows("digits", TensorData.FromDoubles([.. Enumerable.Range(0, 250).Select(i => i % 10.0)], 250))]));
        Assert.Equal((LearningTask.Regression, 0),
            TensorRows.Decide(
                [
                    Rows("counts",
                        TensorData.FromDoubles([.. Enumerable.Range(0, 250).Select(i => i % 9 * (i % 3.0))], 250))]));
        TensorRows integers = Rows("b", TensorData.FromInt64([.. Days.Select(day => (long)day)], 91));
        Assert.Equal((LearningTask.MultiClass, 91), TensorRows.Decide([integers]));
        Assert.Equal(
            "label: 91 classes (0 .. 90); --model linear, or model.task in a training file, takes it as a number",
            TensorRows.Describe(LearningTask.MultiClass, 91, true));
        Assert.Equal((LearningTask.Regression, 0), TensorRows.Decide([integers], LearningTask.Regression));
    }

    [Fact]
    public void A_label_that_is_no_class_is_refused_with_its_row()
    {
        DataFormatException fault = Assert.Throws<DataFormatException>(
            () => Rows("a.npz", TensorData.FromDoubles([1, -1, 1], 3)).As(LearningTask.Binary, 2));
        Assert.Equal("a.npz: the label of row 1 is -1, none of the classes 0 .. 1", fault.Message);
        Assert.Contains("--model linear", fault.WayOut, StringComparison.Ordinal);
    }

    [Fact]
    public void Numbers_beyond_single_precision_are_refused_with_file_row_and_feature()
    {
        TensorData labels = TensorData.FromDoubles([0, 1], 2);
        DataFormatException fault = Assert.Throws<DataFormatException>(
            () => TensorDataset.Join(TensorData.FromDoubles([1, 2, 3, 1e200], 2, 2), labels, "a.npz"));
        Assert.Equal(
            "a.npz: feature 1 of row 1: 1E+200 is beyond the numbers that can be trained on, -3.4E+38 .. 3.4E+38",
            fault.Message);
        fault = Assert.Throws<DataFormatException>(
            () => TensorDataset.Join(TensorData.FromDoubles([1, 2], 2, 1),
                TensorData.FromDoubles([0.5, -1e200], 2), "a.npz"));
        Assert.StartsWith("a.npz: the label of row 1: -1E+200 is beyond", fault.Message, StringComparison.Ordinal);
        Assert.True(
            TensorDataset.Join(TensorData.FromDoubles([1, double.NaN], 2, 1), labels, "a.npz").Numbers.HasMissing);
    }

    private static TensorRows Rows(string source, TensorData labels) =>
        TensorDataset.Join(TensorData.FromDoubles(new double[labels.Count], labels.Count, 1), labels, source);
}
