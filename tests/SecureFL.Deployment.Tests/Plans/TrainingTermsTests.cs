using SecureFL.Consortium.Plans;
using SecureFL.Learning.Data;
using SecureFL.Learning.Models;
using SecureFL.Learning.Rounds;
using SecureFL.Transport.Formats;

namespace SecureFL.Deployment.Tests.Plans;

public sealed class TrainingTermsTests
{
    [Fact]
    public void What_follows_from_terms_is_worked_out_once_and_anew_for_others()
    {
        TrainingTerms terms = PlanSamples.Terms;
        Assert.Same(terms.Preparation, terms.Preparation);
        Assert.Same(terms.PreparationTerms, terms.PreparationTerms);
        TrainingTerms balanced = terms with { ClassWeights = ClassWeighting.Balanced };
        Assert.False(terms.PreparationTerms.ClassCounts);
        Assert.True(balanced.PreparationTerms.ClassCounts);
        Assert.True(balanced.Preparation.Steps.Length > 0);
    }

    [Fact]
    public void The_canonical_form_reads_back_to_itself()
    {
        byte[] bytes = PlanSamples.Terms.ToBytes();
        TrainingTerms read = TrainingTerms.Parse(bytes);
        Assert.Equal(bytes, read.ToBytes());
        Assert.Equal(PlanSamples.Terms.Digest, read.Digest);
        Assert.Equal(5, read.Layout.Tensors[0].Length);
        Assert.Equal(
            read.Counters.Counters[..^read.Preparation.Longest],
            RoundCounters.LayoutOf(
                new GradientTrainer(ModelSpec.Logistic(5), new LocalTrainingOptions()).Metrics).Counters);
        Assert.All(read.Counters.Counters[^read.Preparation.Longest..],
            counter => Assert.StartsWith("prepare.", counter.Name, StringComparison.Ordinal));
    }

    [Fact]
    public void Every_default_is_spelled_out()
    {
        string text = System.Text.Encoding.UTF8.GetString(PlanSamples.Terms.ToBytes());
        string[] members = ["\"seed\":1", "\"weightUnit\":null", "\"clips\":[]", "\"scaleTargets\":true",
            "\"scaling\":\"federated\"", "\"deadlineSeconds\":0", "\"finalEvaluation\":true", "\"kind\":\"fedAvg\"",
            "\"beta2\":0.999", "\"activation\":\"relu\"", "\"missing\":\"impute\""];
        Assert.All(members, member => Assert.Contains(member, text, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("\"version\":3", "\"version\":4", "version 4, this program reads up to version 3")]
    [InlineData("\"version\":3", "\"version\":\"2\"", "no JSON object with a version")]
    [InlineData("\"seed\":1", "\"seed\":1,\"seed\":1", "")]
    [InlineData("\"seed\":1", "\"seed\":9007199254740992", "at most 9007199254740991")]
    [InlineData("\"seed\":1", "\"seed\":1,\"extra\":1", "extra")]
    [InlineData("\"seed\":1", "\"seed\": 1", "canonical")]
    [InlineData("\"weighting\":\"samples\",\"weightUnit\":null", "\"weighting\":\"equal\",\"weightUnit\":100",
        "weight unit")]
    [InlineData("\"clips\":[]", "\"clips\":[1,2,3]", "clips")]
    [InlineData("\"clips\":[]", "\"clips\":[0]", "clips")]
    [InlineData("\"weighting\":\"samples\"", "\"weighting\":7", "weighting")]
    [InlineData("\"inputs\":5", "\"inputs\":6", "inputs")]
    [InlineData("\"testFraction\":0.25", "\"testFraction\":1", "testFraction")]
    [InlineData("\"contributions\":0", "\"contributions\":-1", "contributions")]
    [InlineData("\"scaling\":\"federated\"", "\"scaling\":\"fixed\"", "fixedScaling")]
    [InlineData("\"categories\":[]", "\"categories\":null", "")]
    [InlineData("\"learningRate\":0.05", "\"learningRate\":-1", "learningRate is -1: above 0")]
    [InlineData("\"metric\":\"testAccuracy\"", "\"metric\":\"testR2\"",
        "stopping looks at r2: there is none for this label")]
    public void A_form_that_breaks_a_rule_is_refused(string valid, string broken, string expected)
    {
        string text = System.Text.Encoding.UTF8.GetString(PlanSamples.Terms.ToBytes());
        int at = text.IndexOf(valid, StringComparison.Ordinal);
        Assert.True(at >= 0, valid);
        string changed = text[..at] + broken + text[(at + valid.Length)..];
        FormatException fault = Assert.ThrowsAny<FormatException>(
            () => TrainingTerms.Parse(System.Text.Encoding.UTF8.GetBytes(changed)));
        Assert.Contains(expected, fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Too_long_a_form_is_refused_before_it_is_read()
    {
        FormatException fault = Assert.Throws<FormatException>(
            () => TrainingTerms.Parse(new byte[TrainingTerms.MaxBytes + 1]));
        Assert.Contains("4194305 bytes, at most 4194304", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_newer_version_is_a_type_of_its_own() =>
        Assert.Throws<NewerVersionException>(() => TrainingTerms.Parse("{\"version\":4,\"shape\":\"unknown\"}"u8));

    [Fact]
    public void Terms_of_an_external_trainer_name_tensors_and_initial_weights()
    {
        ModelTerms model = new()
        {
            Task = LearningTask.Regression,
            Classes = 0,
            Inputs = 4,
            Tensors = [new TensorTerms("w", [4, 2]), new TensorTerms("b", [])]
        };
        Assert.Throws<ArgumentException>(model.Check);
        TrainingTerms terms = new()
        {
            Model = model with { InitialWeights = ModelStamp.Of(0, new float[9]).Digest },
            Stopping = new StoppingRules { Rounds = 1, Metric = RoundMetric.TestR2 }
        };
        Assert.Equal(9, TrainingTerms.Parse(terms.ToBytes()).Layout.Length);
        Assert.Null(terms.CreateBuiltInTrainer());
    }
}
