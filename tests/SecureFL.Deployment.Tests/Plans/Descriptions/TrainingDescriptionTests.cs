using SecureFL.Consortium.Plans;
using SecureFL.Consortium.Plans.Descriptions;
using SecureFL.Learning.Models;
using SecureFL.Learning.Rounds;
using SecureFL.Learning.ServerOptimizers;

namespace SecureFL.Deployment.Tests.Plans.Descriptions;

/// <summary>Descriptions: what a file may say, what is said of a wrong one, and what becomes of it.</summary>
public sealed class TrainingDescriptionTests
{
    private static DataFacts Facts => DataFacts.Of(PlanSamples.Schema);

    [Fact]
    public void Printing_and_reading_is_a_fixed_point()
    {
        TrainingDescription description = Read("""
            {
              // a perceptron, asynchronously
              "$schema": "training.schema.json",
              "model": { "builtIn": { "hidden": [8, 4], "activation": "tanh" } },
              "training": { "optimizer": { "kind": "adamW", "weightDecay": 0.1 }, "schedule": { "kind": "cosine" }, "steps": 5, },
              "asynchronous": { "arrivals": 4 },
              "stopping": { "rounds": 7 }, /* few */
              "clips": [0.5],
              "sum": { "bits": 12 },
            }
            """);
        TrainingTerms terms = description.Settle(Facts);
        Assert.Equal([8, 4], terms.Model.BuiltIn!.Hidden);
        Assert.Equal((LocalOptimizerKind.AdamW, 0.01f, 0.1f),
            (terms.Training.Optimizer.Kind, terms.Training.Optimizer.LearningRate,
                terms.Training.Optimizer.WeightDecay));
        Assert.Equal(new BufferOptions { Arrivals = 4 }, terms.Asynchronous);
        Assert.Equal(7, terms.Training.Schedule.Rounds);
        Assert.Equal([0.5f], terms.Clips);
        byte[] printed = TrainingDescription.Print(terms, description.Sum);
        TrainingDescription again = TrainingDescription.Parse(printed, "printed");
        Assert.Equal(terms.Digest, again.Settle(Facts).Digest);
        Assert.Equal(System.Text.Encoding.UTF8.GetString(printed),
            System.Text.Encoding.UTF8.GetString(TrainingDescription.Print(again.Settle(Facts), again.Sum)));
        Assert.Equal(new SumSettings { Bits = 12 }, again.Sum);
    }

    [Fact]
    public void Defaults_are_those_of_the_terms_and_of_the_chosen_methods()
    {
        TrainingTerms terms = TrainingDescription.Default.Settle(Facts);
        ModelSpec spec = ModelSpec.Logistic(PlanSamples.Schema.Width);
        TrainingTerms due = new()
        {
            Model = ModelTerms.Of(spec),
            Training = TrainingDefaults.For(spec),
            Data = new DataTerms { Schema = PlanSamples.Schema },
        };
        Assert.Equal(due.Digest, terms.Digest);
        foreach (ServerMethod method in ServerMethods.All)
        {
            Assert.Equal(method.Defaults, TrainingDescription.Default.With("serverOptimizer.kind", method.Key)
                .Settle(Facts).ServerOptimizer);
        }

        foreach (LocalMethod method in LocalMethods.All)
        {
            LocalOptimizerOptions plain = TrainingDefaults.For(spec, scaled: false).Optimizer;
            LocalOptimizerOptions own = method.Kind == plain.Kind ? plain : method.Defaults;
            Assert.Equal(own, TrainingDescription.Default.With("training.optimizer.kind", method.Kind)
                .Settle(Facts).Training.Optimizer);
        }
    }

    [Fact]
    public void A_new_kind_takes_the_place_of_what_was_said_about_the_old_one()
    {
        TrainingDescription description =
            Read("""{ "serverOptimizer": { "kind": "fedYogi", "learningRate": 0.5, "tau": 0.1 } }""");
        Assert.Equal(0.5, description.With("serverOptimizer.kind", "fedYogi")
            .Value<double>("serverOptimizer.learningRate"));
        ServerOptimizerOptions other = description.With("serverOptimizer.kind", "fedAdam")
            .Settle(Facts).ServerOptimizer;
        Assert.Equal(ServerMethods.Of("fedAdam").Defaults, other);
    }

    [Theory]
    [InlineData("{ \"stoping\": {} }", "t.json, line 1, column 3: there is no stoping", "the nearest is stopping")]
    [InlineData("{\n  \"learningRate\": 1 }", "t.json, line 2, column 3: there is no learningRate",
        "there is serverOptimizer.learningRate and training.optimizer.learningRate")]
    [InlineData("{ \"training\": { \"Steps\": 5 } }", "there is no training.Steps",
        "there is training.steps|the nearest is training.steps")]
    [InlineData("{ \"seed\": 1, \"seed\": 2 }", "seed is there twice", "leave one")]
    [InlineData("{ \"seed\": -1 }", "line 1, column 11: seed is -1", "a whole number")]
    [InlineData("{ \"seed\": null }", "seed is null", "a whole number")]
    [InlineData("{ \"training\": { \"optimizer\": { \"kind\": \"adamm\" } } }", "training.optimizer.kind is \"adamm\"",
        "one of sgd, momentum, adam, adamW, rmsProp, preconditioned")]
    [InlineData("{ \"training\": { \"optimizer\": \"adam\" } }", "training.optimizer is \"adam\"",
        "an object with beta1")]
    [InlineData("{ \"data\": { \"testFraction\": \"much\" } }", "data.testFraction is \"much\"", "a number")]
    [InlineData("{ \"rounds\": { \"finalEvaluation\": 1 } }", "rounds.finalEvaluation is 1", "true or false")]
    [InlineData("{ \"model\": { \"tensors\": [ { \"name\": \"w\", \"shap\": [1] } ] } }",
        "there is no model.tensors[0].shap", "model.tensors[0].shape")]
    [InlineData("{ \"seed\": 1 \"rounds\": {} }", "line 1, column 13: this is not JSON", "missing comma")]
    [InlineData("[]", "a description is a JSON object", "docs/training.md")]
    [InlineData("", "this is not JSON", "")]
    [InlineData("{} {}", "t.json, line 1, column 4", "")]
    [InlineData("{ \"version\": 9 }", "version 9, this program reads version 3", "leave version out")]
    [InlineData("{ \"columns\": { \"label\": \"y\" }, \"data\": { \"schema\": { \"features\": [], \"label\": { "
        + "\"name\": \"y\" } } } }", "two ways to say one thing", "leave one")]
    public void A_wrong_file_is_told_with_place_and_way_out(string text, string message, string hint)
    {
        DescriptionException fault = Assert.Throws<DescriptionException>(() => Read(text));
        Assert.Contains(message, fault.Message, StringComparison.Ordinal);
        Assert.Contains(hint.Split('|'), way => fault.Hint.Contains(way, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("{ \"model\": { \"task\": \"regression\" } }",
        "a model whose task is regression does not fit a label of 2 classes and 5 features")]
    [InlineData("{ \"model\": { \"builtIn\": { \"inputs\": 4 } } }", "a model whose inputs is 4")]
    [InlineData("{ \"asynchronous\": {}, \"sitesPerRound\": 3 }", "asynchronous rounds have neither")]
    [InlineData("{ \"asynchronous\": { \"stalenessExponent\": -1 } }",
        "asynchronous.stalenessExponent is -1: at least 0")]
    [InlineData("{ \"training\": { \"optimizer\": { \"learningRate\": 0 } } }",
        "training.optimizer.learningRate is 0: above 0")]
    [InlineData("{ \"training\": { \"schedule\": { \"kind\": \"step\", \"factor\": 3 } } }",
        "training.schedule.factor is 3: above 0 and at most 1")]
    [InlineData("{ \"sum\": { \"bits\": 3 } }", "sum.bits 3")]
    [InlineData("{ \"sum\": { \"wire\": \"seal\" } }", "sum.wire seal is for sum.suite joint-key")]
    [InlineData("{ \"weighting\": \"equal\", \"weightUnit\": 7 }", "weight unit of 7")]
    public void What_contradicts_itself_or_the_data_is_refused(string text, string message) =>
        Assert.Contains(message, Assert.Throws<DescriptionException>(() => Read(text).Settle(Facts)).Message,
            StringComparison.Ordinal);

    [Fact]
    public void An_external_trainers_model_is_its_tensors()
    {
        ModelLayout layout = new([("w", [3, 2]), ("b", [2])]);
        DataFacts facts = Facts with { External = (layout, ModelStamp.Of(0, new float[8]).Digest) };
        TrainingTerms terms = TrainingDescription.Default.Settle(facts);
        Assert.True(terms.Layout.Matches(layout));
        TrainingDescription printed = TrainingDescription.Of(terms, new SumSettings());
        Assert.Equal(terms.Digest, printed.Settle(facts).Digest);
        Assert.Contains("give its command", Assert.Throws<DescriptionException>(() => printed.Settle(Facts)).Hint,
            StringComparison.Ordinal);
    }

    [Fact]
    public void Changes_are_told_member_by_member()
    {
        static System.Text.Json.Nodes.JsonObject Node(TrainingTerms terms) =>
            System.Text.Json.Nodes.JsonNode.Parse(terms.ToBytes())!.AsObject();
        TrainingTerms terms = TrainingDescription.Default.Settle(Facts);
        TrainingTerms other = terms with
        { Seed = 7, Stopping = new StoppingRules { Rounds = 3 }, Asynchronous = new BufferOptions() };
        Assert.Equal(
            [
                "asynchronous was not there, is "
                + "{\"arrivals\":3,\"stalenessExponent\":0.5,\"maxStaleness\":20,\"evaluateEvery\":5}",
                "seed was 1, is 7", "stopping.rounds was 50, is 3"],
            DescriptionChange.Between(Node(terms), Node(other)).Select(change => change.ToString())
                .Order(StringComparer.Ordinal));
        Assert.Empty(DescriptionChange.Between(Node(terms), Node(terms)));
        Assert.Equal(terms.Identity, (terms with { Stopping = new StoppingRules { Rounds = 3 } }).Identity);
        Assert.NotEqual(terms.Identity, other.Identity);
    }

    private static TrainingDescription Read(string text) =>
        TrainingDescription.Parse(System.Text.Encoding.UTF8.GetBytes(text), "t.json");
}
