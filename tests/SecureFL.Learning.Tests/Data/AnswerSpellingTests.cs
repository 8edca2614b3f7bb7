using SecureFL.Learning.Data;
using SecureFL.Learning.Data.Encoders;
using SecureFL.Learning.Data.Inference;
using SecureFL.Learning.Data.Schemas;
using SecureFL.Learning.Data.Tables;

namespace SecureFL.Learning.Tests.Data;

/// <summary>Answers that sites write in other words, the words true and false, and which of two classes is positive.
/// </summary>
public class AnswerSpellingTests
{
    private static readonly SchemaOptions ByY = new() { Label = "y", Missing = MissingPolicy.Impute };

    [Theory]
    [InlineData("m,w", "m,f", "'f' and 'w' (a.csv)")]
    [InlineData("m,w,d", "m,f", "'f' and 'w' (a.csv)")]
    [InlineData("männlich,weiblich", "m,w", "'m' and 'männlich' (a.csv)")]
    [InlineData("h,m", "m,f", "'m' and 'h' (a.csv)")]
    [InlineData("h,f", "hombre,mujer", "'mujer' and 'f' (a.csv)")]
    [InlineData("uomo,donna", "male,female", "'male' and 'uomo' (a.csv)")]
    [InlineData("ja,nein", "oui,non", "'oui' and 'ja' (a.csv)")]
    [InlineData("sí,no", "si,no", "'si' and 'sí' (a.csv)")]
    [InlineData("positiv,negativ", "vero,falso", "'vero' and 'positiv' (a.csv)")]
    public void One_answer_under_two_names_at_two_sites_is_refused(string one, string other, string problem)
    {
        RawTable a = Column(one, "a.csv");
        RawTable b = Column(other, "b.csv");
        DataFormatException fault = Assert.Throws<DataFormatException>(() => SchemaInference.Infer([a, b], ByY));
        Assert.Contains(problem + " look like one answer in two spellings", fault.Problem, StringComparison.Ordinal);
        Assert.Equal(("b.csv", "x"), (fault.Source, fault.Column));
        TableSchema agreed = SchemaInference.Infer([a], ByY);
        fault = Assert.Throws<DataFormatException>(() => new TableEncoder(agreed).Encode(b));
        Assert.Contains("look like one answer in two spellings", fault.Problem, StringComparison.Ordinal);
        Assert.NotEmpty(SchemaInference.Infer([a, b], ByY with { Exact = ["x"] }).Features);
    }

    [Theory]
    [InlineData("m,t,w", "m,t,f")]
    [InlineData("a,b,c,m,w", "a,b,c,f,h,m")]
    [InlineData("m,m", "m,f")]
    [InlineData("m,f", "m,f,x")]
    public void Letters_that_are_no_pair_of_answers_are_categories(string one, string other)
    {
        RawTable[] sites = [Column(one, "a.csv"), Column(other, "b.csv")];
        string[] all = [.. one.Split(',').Union(other.Split(',')).Order(StringComparer.Ordinal)];
        Assert.Equal(all, SchemaInference.Infer(sites, ByY).Features[0].Categories);
        new TableEncoder(SchemaInference.Infer([sites[0]], ByY)).Encode(sites[1]);
    }

    [Fact]
    public void True_and_false_are_one_value_in_any_case_as_feature_and_as_label()
    {
        RawTable[] sites =
        [
            Column("True,False", "a.csv"), Column("TRUE,FALSE", "b.csv"), Column("true,false,false", "c.csv"),
        ];
        TableSchema schema = SchemaInference.Infer(sites, ByY);
        Assert.Equal(["False", "True"], schema.Features[0].Categories);
        Assert.Equal([0, 1, 0, 1, 0, 0, 1, 0, 0], new TableEncoder(schema).Encode(sites[2]).Data.Features);
        Assert.Equal([1, 2, 0], CategoryAgreement.Count(sites[2], "x", ["TRUE", "FALSE"]));

        TableSchema label = SchemaInference.Infer(sites, ByY with { Label = "x" });
        Assert.Equal(["False", "True"], label.Label.Classes);
        Assert.Equal([1, 0], new TableEncoder(label).Encode(sites[1]).Data.Labels);
    }

    [Theory]
    [InlineData("TRUE", "FALSE")]
    [InlineData("true", "false")]
    public void Models_with_other_spellings_of_true_and_false_read_all_of_them(string yes, string no)
    {
        TableSchema schema = SchemaInference.Infer([Column("True,False", "a.csv")], ByY with { Label = "x" });
        schema = schema with { Label = schema.Label with { Classes = [no, yes] } };
        Assert.Equal([0, 1, 0, 1],
            new TableEncoder(schema).Encode(Column("False,True,false,TRUE", "b.csv")).Data.Labels);
        Assert.Equal(["True", "False"],
            SchemaInference.Infer([Column("True,False", "a.csv")], ByY with { Label = "x", Classes = [yes, no] })
                .Label.Classes);
    }

    [Theory]
    [InlineData("ja,nein", "ja")]
    [InlineData("control,case", "case")]
    [InlineData("dead,survived", "dead")]
    [InlineData("alive,dead", "dead")]
    [InlineData("oui,non", "oui")]
    [InlineData("sí,no", "sí")]
    [InlineData("normal,abnormal", "abnormal")]
    [InlineData("arrhythmia,normal", "arrhythmia")]
    [InlineData("positive,unclear", "positive")]
    [InlineData("j,n", "j")]
    [InlineData("f,m", "m")]
    [InlineData("b,n", "n")]
    [InlineData("mild,severe", "severe")]
    [InlineData("TRUE,FALSE", "True")]
    public void The_class_that_is_looked_for_is_the_positive_one(string classes, string positive)
    {
        RawTable table = Column(string.Join(',', Enumerable.Repeat(classes, 10)), "a.csv");
        InferredSchema inferred = SchemaInference.Examine([table], ByY with { Label = "x" });
        string negative = inferred.Schema.Label.Classes[0];
        Assert.Equal(positive, inferred.Schema.Label.Classes[1]);
        Assert.Equal(
            $"label x: 2 classes ({negative}, {positive}), {positive} is the positive one; "
            + $"--classes {positive},{negative} for the other", inferred.LabelNote);
        SchemaOptions other = ByY with { Label = "x", Classes = [positive, negative] };
        Assert.Equal([positive, negative], SchemaInference.Infer([table], other).Label.Classes);
    }

    private static RawTable Column(string cells, string source) => new(
        source, ["x", "y"],
        [.. cells.Split(',').Select((cell, i) => new RawRow(i + 2, [cell, i % 2 == 0 ? "0" : "1"]))]);
}
