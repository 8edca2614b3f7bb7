using System.CommandLine;
using System.Text.Json;
using SecureFL.Cli.Demo;
using SecureFL.Cli.Plans;
using SecureFL.Cli.Simulate;
using SecureFL.Cli.Tests.Identities;
using SecureFL.Cli.Tests.Simulate;
using SecureFL.Cli.Tests.Support;
using SecureFL.Consortium.Plans;
using SecureFL.Consortium.Plans.Descriptions;
using SecureFL.Learning.Data.Cells;
using SecureFL.Learning.Data.Schemas;

namespace SecureFL.Cli.Tests.Training;

/// <summary>One description means the same in every command.</summary>
public sealed class OneDescriptionTests(ConsortiumFolder consortium) : IClassFixture<ConsortiumFolder>
{
    [Theory]
    [InlineData("")]
    [InlineData("--optimizer adamw --lr-schedule cosine --warm-up 2 --server-optimizer fedyogi --tau 0.001 --model "
        + "mlp --hidden 8,4 --activation tanh --rounding nearest --error-feedback --bits 12 --seed 9")]
    [InlineData("--async 3 --staleness-exponent 1 --max-staleness 7 --algorithm fedprox --average 0.5 "
        + "--test-fraction 0.3")]
    [InlineData("--sites-per-round 3 --max-weight 3 --local-steps 7 --label-threshold 0 --missing drop --ignore chol")]
    [Trait("Category", "Slow")]
    public void Plan_new_and_simulate_settle_the_same_terms_and_read_each_others_file(string options)
    {
        string table = consortium.At("a.csv");
        string[] words = ["--label", "ill", .. options.Split(' ', StringSplitOptions.RemoveEmptyEntries)];
        string[] data = ["--data", table, "--data", Copy("b.csv"), "--data", Copy("c.csv")];
        string printed = ConsortiumFolder.Must(["simulate", .. data, .. words, "--print-training"]);
        string training = consortium.At($"training-{Guid.NewGuid():N}.json");
        File.WriteAllText(training, printed);
        TrainingTerms simulated = Settled(printed);

        string plan = consortium.At($"plan-{Guid.NewGuid():N}.json");
        ConsortiumFolder.Must(consortium.PlanArguments(plan, ["--schema-from", table, .. words]));
        Assert.Equal(Text(simulated), Text(PlanFile.Load(plan).Terms!));
        ConsortiumFolder.Must(consortium.PlanArguments(plan, "--training", training));
        Assert.Equal(Text(simulated), Text(PlanFile.Load(plan).Terms!));
        Assert.Equal(simulated.BaseVersionWindow, PlanFile.Load(plan).Settings.BaseVersionWindow);
        Assert.Equal(printed, ConsortiumFolder.Must(["simulate", .. data, "--training", training, "--print-training"]));
    }

    [Fact]
    public void Plan_new_has_every_option_of_simulate_but_those_of_rows_and_of_one_process()
    {
        string[] simulation =
        [
            "--data", "--site-column", "--split-column", "--test", "--sites", "--dirichlet", "--min-site-rows",
            "--trainer", "--trainer-timeout", "--on-trainer-fault", "--insecure-two-sites", "--site-seconds",
            "--threshold-at", "--parallel",
            "--baselines", "--compare", "--print-training", "--overwrite", "--resume", "--keep-ciphertexts", "--json",
            "--report", "--key-holders",
            "--cross-validate", "--leave-one-site-out",
        ];
        string[] Names(Command command) => [.. command.Options.Select(option => option.Name)];
        Assert.Equal(simulation.Order(),
            Names(SimulateCommand.Create()).Except(Names(NewPlanCommand.Create())).Order());
    }

    [Fact]
    public void What_is_said_of_columns_means_the_same_in_a_plan_and_in_a_simulation()
    {
        string[] tables = [consortium.At("x.csv"), consortium.At("y.csv"), consortium.At("z.csv")];
        foreach (string path in tables)
        {
            IEnumerable<string> rows = Enumerable.Range(0, 60).Select(i => FormattableString.Invariant(
                $"{1000 + i};{(i % 7 == 0 ? "-999" : i % 11)},5;0{1 + (i % 9)}/0{1 + (i % 7)}/2020;{(i % 3 == 0 ? "Yes" : "yes")};c{i % 30 * (i % 2)};{i % 2}"));
            File.WriteAllLines(path, ["nr;dose;when;answer;code;ill", .. rows]);
        }

        string[] words =
        [
            "--label", "ill", "--classes", "1,0", "--keep", "nr", "--missing-values", "-999,5", "--dates",
            "month-first", "--exact", "answer",
            "--max-categories", "4", "--min-category-count", "2", "--decimal", "comma",
        ];
        string printed = ConsortiumFolder.Must(
            ["simulate", .. tables.SelectMany(path => new[] { "--data", path }), .. words, "--print-training"]);
        string plan = consortium.At("columns.json");
        (int code, _, string error) = Securefl.Run(
            consortium.PlanArguments(plan, ["--schema-from", tables[0], .. words]));
        Assert.True(code == 0, error);
        Assert.Contains("label ill: 2 classes (1, 0), 0 is the positive one\n", error, StringComparison.Ordinal);
        Assert.Contains("column when: dates with the month first", error, StringComparison.Ordinal);
        Assert.Contains("column code: 4 of ", error, StringComparison.Ordinal);
        TableSchema schema = PlanFile.Load(plan).Terms!.Data.Schema!;
        Assert.Equal(["nr", "dose", "when", "answer", "code"], schema.Features.Select(column => column.Name));
        Assert.Equal(["-999", "5"], schema.MissingValues!.Value);
        Assert.Equal(DateReading.MonthFirst, schema.Features[2].Dates);
        Assert.Equal(Text(Settled(printed)), Text(PlanFile.Load(plan).Terms!));

        // The same from a file, and what a file may not say.
        string training = consortium.At("said.json");
        File.WriteAllText(training, """
            { "columns": { "label": "ill", "classes": ["1", "0"], "keep": ["nr"], "missingValues": ["-999", "5"], "dates": "monthFirst", "exact": ["answer"],
              "maxCategories": 4, "minCategoryCount": 2 } }
            """);
        ConsortiumFolder.Must(
            consortium.PlanArguments(plan, "--schema-from", tables[0], "--training", training, "--decimal", "comma"));
        Assert.Equal(Text(Settled(printed)), Text(PlanFile.Load(plan).Terms!));
        File.WriteAllText(training, """{ "columns": { "label": "ill", "dates": "clock" } }""");
        Refused("columns.dates is \"clock\"",
            consortium.PlanArguments(plan, "--schema-from", tables[0], "--training", training));
        File.WriteAllText(training, """{ "columns": { "label": "ill", "maxCategories": 0 } }""");
        Refused("columns.maxCategories is 0: at least 1",
            consortium.PlanArguments(plan, "--schema-from", tables[0], "--training", training));
    }

    [Fact]
    public void A_plan_refuses_what_its_rounds_cannot_do_and_plan_explain_tells_the_training_in_words()
    {
        string training = consortium.At("rare.json");
        string plan = consortium.At("rare-plan.json");
        string[] columns = ["--schema-from", consortium.At("a.csv"), "--label", "ill", "--training", training];
        File.WriteAllText(training, """{ "asynchronous": { "arrivals": 3, "evaluateEvery": 5 } }""");
        Refused("50 training rounds, 10 of evaluation between them and",
            [.. consortium.PlanArguments(plan, columns), "--protocol-rounds", "60"]);
        ConsortiumFolder.Must(consortium.PlanArguments(plan, columns));
        string explained = ConsortiumFolder.Must("plan", "explain", "--plan", plan);
        string shown = ConsortiumFolder.Must("plan", "show", plan);
        string terms = shown[shown.IndexOf("model ", StringComparison.Ordinal)..];
        Assert.EndsWith(terms, explained, StringComparison.Ordinal);
        Assert.Contains("label         ill: 2 classes (0, 1), 1 is the positive one\n", terms,
            StringComparison.Ordinal);
        Assert.Contains(
            "rounds        50 at most; asynchronous: each closes with 3 arrivals, all sites evaluate every 5 versions",
            terms, StringComparison.Ordinal);
    }

    [Fact]
    [Trait("Category", "Slow")]
    public void Options_go_before_the_file_and_contradictions_are_refused()
    {
        string training = consortium.At("over.json");
        File.WriteAllText(training,
            """{ "columns": { "label": "ill" }, "training": { "steps": 9, "optimizer": { "kind": "adam", "learningRate": 0.3 } }, "stopping": { "rounds": 4 }, }""");
        string[] data = ["simulate", "--data", consortium.At("a.csv"), "--data", Copy("b.csv"), "--data", Copy("c.csv"),
            "--training", training];
        TrainingTerms terms = Settled(
            ConsortiumFolder.Must(
                [.. data, "--print-training", "--rounds", "6", "--local-epochs", "2", "--optimizer", "rmsprop"]));
        Assert.Equal((6, 0, 2, 0.01f),
            (terms.Stopping.Rounds, terms.Training.Steps, terms.Training.Epochs,
                terms.Training.Optimizer.LearningRate));
        Refused("a model whose task is multiClass does not fit a label of 2 classes",
            [.. data, "--print-training", "--model", "softmax"]);
        File.WriteAllText(training, "{ \"columns\": { \"label\": \"ill\" },\n \"lr\": 3 }");
        Refused("over.json, line 2, column 2: there is no lr", data);
    }

    [Fact]
    public void A_resumed_run_says_in_what_it_differs_and_may_go_on_for_longer()
    {
        using Hospitals hospitals = new();
        hospitals.Simulate("run", "--rounds", "2", "--lr", "0.1");
        (int code, _, string error) = Securefl.Run(
            ["simulate", .. hospitals.Files.SelectMany(file => new[] { "--data", file }), "--label", "heart_disease",
                "--test-fraction", "0.25", "--json", hospitals.PathOf("run.json"),
                "--rounds", "3", "--lr", "0.2", "--seed", "4", "--resume"]);
        Assert.Equal(2, code);
        Assert.Contains("training.optimizer.learningRate was 0.1, is 0.2; seed was 1, is 4", error,
            StringComparison.Ordinal);
        string kept = hospitals.PathOf(Path.Combine("run-run", "training.json"));
        (code, _, error) = Securefl.Run(
            ["simulate", .. hospitals.Files.SelectMany(file => new[] { "--data", file }), "--training", kept,
                "--rounds", "3", "--json", hospitals.PathOf("run.json"), "--resume"]);
        Assert.True(code == 0, error);
    }

    [Theory]
    [InlineData("""{ "sitesPerRound": 3, "training": { "epochs": 2, "optimizer": { "kind": "adam" }, "schedule": { "kind": "inverse", "warmUpRounds": 2 } }, "serverOptimizer": { "kind": "fedAvgM" }, "stopping": { "rounds": 5 }, "rounding": "nearest", }""")]
    [Trait("Category", "Slow")]
    public void One_file_simulated_and_deployed_over_processes_gives_the_same_bits(string text)
    {
        DirectoryInfo folder = Directory.CreateTempSubdirectory("securefl-test-");
        try
        {
            string training = Path.Combine(folder.FullName, "mine.json");
            string demo = Path.Combine(folder.FullName, "demo");
            string json = Path.Combine(folder.FullName, "simulated.json");
            File.WriteAllText(training, text);
            ConsortiumFolder.Must("demo", "--training", training, "--output", demo);
            string[] tables = [.. Directory.GetFiles(demo, "*.csv").Order(StringComparer.Ordinal)];
            string[] ordered =
                [.. PlanFile.Load(Path.Combine(demo, "plan.json")).Settings.Enrolment.Clients
                    .Select(client => tables.Single(table => Path.GetFileNameWithoutExtension(table) == client.Name))];
            ConsortiumFolder.Must(["simulate", .. ordered.SelectMany(table => new[] { "--data", table }), "--training",
                Path.Combine(demo, "training.json"), "--json", json]);
            float[] simulated = ProcessDemo.Weights(
                JsonDocument.Parse(File.ReadAllText(json)).RootElement.GetProperty("final").GetProperty("weightsFile")
                    .GetString()!);
            string[] models = Directory.GetFiles(Path.Combine(demo, "models"), "*.safetensors");
            Assert.Equal(4, models.Length);
            Assert.All(models, model => Assert.Equal(simulated, ProcessDemo.Weights(model)));
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private string Copy(string name)
    {
        string path = consortium.At(name);
        File.Copy(consortium.At("a.csv"), path, overwrite: true);
        return path;
    }

    private static TrainingTerms Settled(string printed)
    {
        TrainingDescription description =
            TrainingDescription.Parse(System.Text.Encoding.UTF8.GetBytes(printed), "printed");
        return description.Settle(DataFacts.Of(description.Schema!));
    }

    private static string Text(TrainingTerms terms) => System.Text.Encoding.UTF8.GetString(terms.ToBytes());

    private static void Refused(string message, string[] arguments)
    {
        (int exit, _, string error) = Securefl.Run(arguments);
        Assert.True(exit == 2 && error.Contains(message, StringComparison.Ordinal)
            && error.Contains("hint: ", StringComparison.Ordinal), $"{exit}: {error}");
    }
}
