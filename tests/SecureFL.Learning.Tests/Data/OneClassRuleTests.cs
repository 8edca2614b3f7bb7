using SecureFL.Learning.Data;
using SecureFL.Learning.Data.Checks;
using SecureFL.Learning.Data.Datasets;

namespace SecureFL.Learning.Tests.Data;

/// <summary>Rows of one class are named, those of two and numbers are not.</summary>
public class OneClassRuleTests
{
    [Fact]
    public void Rows_of_one_class_are_named_by_it()
    {
        RawDataset one = new([1, 2, 3], [1, 1, 1], 1, LearningTask.MultiClass, 3);
        Assert.StartsWith("all 3 training rows have the label ill: such a site",
            OneClassRule.Sentence(one, ["well", "ill", "dead"]), StringComparison.Ordinal);
        Assert.StartsWith("all 3 training rows have the label 1:", OneClassRule.Sentence(one, []),
            StringComparison.Ordinal);
        Assert.StartsWith("the only training row has the label 1:",
            OneClassRule.Sentence(new RawDataset([1], [1], 1, LearningTask.Binary, 2), []), StringComparison.Ordinal);
        Assert.Null(OneClassRule.Sentence(new RawDataset([1, 2, 3], [1, 1, 0], 1, LearningTask.Binary, 2), []));
        Assert.Null(OneClassRule.Sentence(new RawDataset([1, 2, 3], [1, 1, 1], 1, LearningTask.Regression, 0), []));
    }

    [Fact]
    public void A_table_of_one_class_is_a_warning_of_its_check()
    {
        DataCheck check = DataCheck.Of(CsvTableReaderTests.Read("x,y\n1,no\n2,no\n3,no\n"), "y");
        Assert.StartsWith("every row has the label y no: such a site",
            Assert.Single(check.Warnings, warning => warning.Contains(" y ", StringComparison.Ordinal)),
            StringComparison.Ordinal);
        Assert.DoesNotContain(DataCheck.Of(CsvTableReaderTests.Read("x,y\n1,no\n2,yes\n"), "y").Warnings,
            warning => warning.Contains("every row", StringComparison.Ordinal));
    }
}
