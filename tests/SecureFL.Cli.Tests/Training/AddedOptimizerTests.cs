using System.CommandLine;
using SecureFL.Cli.Plans;
using SecureFL.Cli.Training;
using SecureFL.Consortium.Plans;
using SecureFL.Consortium.Plans.Descriptions;
using SecureFL.Learning.Data;
using SecureFL.Learning.Data.Datasets;
using SecureFL.Learning.Data.Schemas;
using SecureFL.Learning.Models;
using SecureFL.Learning.Preparation;
using SecureFL.Learning.Rounds;
using SecureFL.Learning.ServerOptimizers;
using SecureFL.Messages.Identity;
using SecureFL.Messages.Primitives;
using SecureFL.Protocol.Plans;
using SecureFL.Ring.Randomness;
using SecureFL.Rlwe.Planning;
using SecureFL.Simulation;
using SecureFL.Testing;

namespace SecureFL.Cli.Tests.Training;

/// <summary>
/// An optimiser that is added by one file (<see cref="FedSign"/>) and a registration is one like the others: in
/// descriptions, on the command line, in terms and plans, and in a whole training of encrypted sums.
/// </summary>
[Collection(Alone.Name)]
public sealed class AddedOptimizerTests
{
    private const string Text = """
        { "serverOptimizer": { "kind": "fedSign", "quietLevel": 0.002 }, "weighting": "equal", "clips": [8],
          "data": { "scaling": "none" }, "training": { "optimizer": { "kind": "sgd" } }, "stopping": { "rounds": 6 } }
        """;

    private static readonly TableSchema Schema = new()
    {
        Features = [new ColumnSchema { Name = "a", Kind = ColumnKind.Numeric },
            new ColumnSchema { Name = "b", Kind = ColumnKind.Numeric }],
        Label = new LabelSchema { Name = "y", Task = LearningTask.Binary, Classes = ["0", "1"] },
    };

    [Fact]
    public void Without_its_registration_its_name_is_refused_with_those_that_there_are()
    {
        DescriptionException fault = Assert.Throws<DescriptionException>(() => Read(Text));
        Assert.Contains("serverOptimizer.kind is \"fedSign\"", fault.Message, StringComparison.Ordinal);
        Assert.Contains("one of fedAvg, fedAvgM, fedAdagrad, fedAdam, fedYogi", fault.Hint, StringComparison.Ordinal);
        byte[] terms;
        using (ServerMethods.Register(new FedSign()))
        {
            terms = Terms().ToBytes();
        }

        Assert.Contains("no server optimiser is called fedSign: fedAvg, fedAvgM",
            Assert.Throws<FormatException>(() => TrainingTerms.Parse(terms)).Message, StringComparison.Ordinal);
        Assert.NotEmpty(CommandOf(out _).Parse(["--server-optimizer", "fedsign"]).Errors);
    }

    [Fact]
    public void A_description_its_schema_and_the_command_line_know_it_with_its_own_settings()
    {
        using IDisposable registration = ServerMethods.Register(new FedSign());
        ServerOptimizerOptions due = new FedSign().Defaults.With(FedSign.Level, 0.002);
        Assert.Equal(due, Terms().ServerOptimizer);
        Assert.Equal(Terms().Digest, TrainingDescription.Of(Terms(), new SumSettings())
            .Settle(DataFacts.Of(Schema)).Digest);
        Assert.Contains("quietLevel is -1: at least 0", Assert.Throws<DescriptionException>(
            () => Read(Text.Replace("0.002", "-1", StringComparison.Ordinal))).Message, StringComparison.Ordinal);
        Assert.Contains("quietLevel is no setting of fedAvg", Assert.ThrowsAny<Exception>(
            () => Read("""{ "serverOptimizer": { "quietLevel": 1 } }""").Settle(DataFacts.Of(Schema))).Message,
            StringComparison.Ordinal);
        string schema = System.Text.Encoding.UTF8.GetString(DescriptionSchema.Print());
        Assert.Contains("\"fedSign\"", schema, StringComparison.Ordinal);
        Assert.Contains("\"quietLevel\"", schema, StringComparison.Ordinal);

        Command command = CommandOf(out TermOptions options);
        ParseResult given = command.Parse(["--server-optimizer", "fedsign", "--server-quiet-level", "0.002"]);
        TrainingDescription read = options.Read(given);
        OptionRules.Check(given, read);
        Assert.Equal(due, read.Settle(DataFacts.Of(Schema)).ServerOptimizer);
        Assert.Contains("server FedSign (momentum 0.9, quietLevel 0.002) at rate 0.05", TermsText.Of(Terms()),
            StringComparison.Ordinal);
    }

    [Fact]
    public void A_plan_holds_it_and_reads_back()
    {
        using IDisposable registration = ServerMethods.Register(new FedSign());
        TrainingTerms terms = Terms();
        Assert.Contains("\"biasCorrection\":false,\"quietLevel\":0.002}", System.Text.Encoding.UTF8.GetString(terms.ToBytes()),
            StringComparison.Ordinal);
        PlanFile draft = PlanFile.Draft("heart", "aggregator", Settings(terms), terms);
        PlanFile again = PlanFile.Parse(draft.ToBytes(), "plan.json");
        Assert.Equal(draft.Digest, again.Digest);
        Assert.Equal(terms.ServerOptimizer, again.Terms!.ServerOptimizer);
    }

    [Fact]
    public async Task A_whole_training_of_encrypted_sums_is_its_steps_and_goes_on_from_a_checkpoint()
    {
        using IDisposable registration = ServerMethods.Register(new FedSign());
        TrainingTerms terms = Terms();
        TrainingOutcome whole = await TrainAsync(terms);
        Assert.Equal(6, whole.Checkpoint.Version);
        Assert.Equal(whole.Model.Values.Length, whole.Checkpoint.FirstMoment.Length);
        Assert.Empty(whole.Checkpoint.SecondMoment);

        // Every step is 0 or the rate, up or down.
        Assert.Contains(whole.Model.Values, value => value != 0);
        Assert.All(whole.Model.Values, value => Assert.Equal(Math.Round(value / 0.05), value / 0.05, 1e-5));
        TrainingOutcome half = await TrainAsync(terms with { Stopping = terms.Stopping with { Rounds = 3 } });
        Assert.Equal(whole.Model.Values, (await TrainAsync(terms, half.Checkpoint)).Model.Values);
        Assert.NotEqual(whole.Model.Values,
            (await TrainAsync(terms with { ServerOptimizer = new ServerOptimizerOptions() })).Model.Values);
    }

    private static Task<TrainingOutcome> TrainAsync(TrainingTerms terms, TrainingCheckpoint? resume = null)
    {
        FederatedSite[] sites = [.. Enumerable.Range(0, 3).Select(i => new FederatedSite($"s{i}", Rows(i), null))];
        EncryptedSum sum = new(new EncryptedSumOptions { Sites = sites.Length, Clip = 8, Bits = 16 });
        return new FederatedAveraging(terms.FederationOptionsFor(3), sites, terms.CreateBuiltInTrainer()!, sum)
            .RunAsync(resume, cancellationToken: TestContext.Current.CancellationToken);
    }

    private static Dataset Rows(int site)
    {
        float[] features = [.. Enumerable.Range(0, 40).Select(i => MathF.Sin((7 * site) + (3 * i)))];
        float[] labels = [.. Enumerable.Range(0, 20).Select(r => features[2 * r] > 0 ? 1f : 0f)];
        return new Dataset(features, labels, 2, LearningTask.Binary, 2);
    }

    private static PlanSettings Settings(TrainingTerms terms)
    {
        static EnrolledParty Party(string name) => new(name, SigningIdentity.Create().PublicKey);
        return new PlanSettings
        {
            Parameters = AggregationPlanner.Plan(new PlanningRequest(terms.Layout.Length, 16, 1f, 3,
                terms.Counters.ElementCount(16), 3)),
            Counters = terms.Counters,
            MinClients = 3,
            Threshold = 2,
            ColludingKeyHolders = 1,
            Session = SessionId.Create(SystemEntropy.Instance),
            Enrolment = new Enrolment(SigningIdentity.Create().PublicKey, SigningIdentity.Create().PublicKey,
                [Party("a"), Party("b"), Party("c")], [Party("x"), Party("y"), Party("z")]),
        };
    }

    private static Command CommandOf(out TermOptions options)
    {
        options = new TermOptions(deployed: false);
        Command command = new("train");
        options.AddTo(command);
        return command;
    }

    private static TrainingTerms Terms() => Read(Text).Settle(DataFacts.Of(Schema));

    private static TrainingDescription Read(string text) =>
        TrainingDescription.Parse(System.Text.Encoding.UTF8.GetBytes(text), "mine.json");
}
