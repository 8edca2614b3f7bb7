using System.Collections.Immutable;
using System.CommandLine;
using System.Text.Json.Nodes;
using SecureFL.Aggregation;
using SecureFL.Cli.Shell;
using SecureFL.Cli.Simulate;
using SecureFL.Cli.Sites;
using SecureFL.Deployment.Formats;
using SecureFL.Deployment.Plans;
using SecureFL.Federated.Data;
using SecureFL.Federated.Models;
using SecureFL.Federated.Rounds;

namespace SecureFL.Cli.Plans;

/// <summary>From the options of <c>plan new</c> to training terms.</summary>
internal sealed class PlanTermsReader(ParseResult result, NewPlanOptions options)
{
    private T Get<T>(Option<T> option) => result.GetValue(option)!;

    /// <summary>The terms; null for plain sums.</summary>
    internal TrainingTerms? Read()
    {
        string? schemaFile = result.GetValue(options.Schema);
        string? from = result.GetValue(options.SchemaFrom);
        if (SumTermsReader.Asked(result, options))
        {
            return schemaFile is null && from is null ? null : throw new CliException(ExitCode.Usage, "--vector is for sums without training, and so is --layout", "leave out the schema");
        }

        if (schemaFile is not null && from is not null)
        {
            throw new CliException(ExitCode.Usage, "--schema and --schema-from are two ways to say one thing", "give one of them");
        }

        RawTable? table = from is null ? null : TableFile.Read(from);
        TableSchema? schema = schemaFile is not null ? ReadSchema(schemaFile) : table is not null ? Infer(table) : null;
        ModelTerms model = Model(schema);
        DataTerms data = Data(schema, table);
        bool equal = Get(options.Training.Weighting) == "equal";
        ServerOptimizerKind server = SimulateOptions.ServerKind(Get(options.Training.ServerOptimizer));
        bool adaptive = server is not (ServerOptimizerKind.FedAvg or ServerOptimizerKind.FedAvgM);
        TrainingTerms terms = new()
        {
            Model = model,
            Training = SimulateCommand.Training(result, options.Training),
            Weighting = equal ? Weighting.Equal : Weighting.Samples,
            WeightUnit = equal ? null : result.GetValue(options.WeightUnit),
            Clips = result.GetValue(options.Training.Clip) is float clip ? [clip] : [],
            MaxWeight = result.GetValue(options.MaxWeight),
            ServerOptimizer = new ServerOptimizerOptions { Kind = server, LearningRate = result.GetValue(options.Training.ServerRate) ?? (adaptive ? 0.01 : 1) },
            AverageDecay = Get(options.Training.Average),
            Stopping = StoppingMetric.Settle(
                new StoppingRules
                {
                    Rounds = Get(options.Training.Rounds),
                    Target = result.GetValue(options.Training.Target),
                    Patience = Get(options.Training.Patience),
                },
                StoppingMetric.Parse(result.GetValue(options.Training.Metric)), model.Metrics, hasTestRows: true, everyRow: model.BuiltIn is not null),
            Seed = Get(options.Seed),
            Data = data,
            Rounds = new RoundPolicy
            {
                Contributions = Get(options.Contributions),
                DeadlineSeconds = Get(options.Deadline),
                OpeningGraceSeconds = Get(options.OpeningGrace),
                BetweenRoundsSeconds = Get(options.Pause),
                FinalEvaluation = !Get(options.NoFinalEvaluation),
            },
        };
        terms.Check();
        return terms;
    }

    private ModelTerms Model(TableSchema? schema)
    {
        (LearningTask task, int inputs, int classes) = schema is not null
            ? (schema.Label.Task, schema.Width, schema.Label.ClassCount)
            : (TaskOf(result.GetValue(options.Task)), result.GetValue(options.Inputs) ?? throw Missing(), 0);
        if (schema is null)
        {
            classes = task switch { LearningTask.Regression => 0, LearningTask.Binary => 2, _ => result.GetValue(options.Classes) ?? throw Missing() };
        }

        ModelParameters? initial = result.GetValue(options.InitialWeights) is string path ? ReadWeights(path) : null;
        if (Get(options.External))
        {
            return initial is null
                ? throw new CliException(ExitCode.Usage, "--external-trainer needs --initial-weights", "the trainer's own initial model, as a .safetensors file: all sites start from it")
                : new ModelTerms
                {
                    Task = task,
                    Classes = classes,
                    Inputs = inputs,
                    Tensors = [.. initial.Layout.Tensors.Select(slot => new TensorTerms(slot.Name, slot.Shape))],
                    InitialWeights = ModelStamp.Of(0, initial.Values).Digest,
                };
        }

        ModelKind kind = Enum.Parse<ModelKind>(Get(options.Training.Model), ignoreCase: true);
        ImmutableArray<int> hidden = [.. SimulateCommand.Numbers("--hidden", result.GetValue(options.Training.Hidden)).Select(value => checked((int)value))];
        ModelSpec spec = TrainerFactory.SpecFor(kind, hidden, task, inputs, classes);
        ModelTerms model = ModelTerms.Of(spec);
        if (initial is null)
        {
            return model;
        }

        return initial.Layout.Matches(model.Layout)
            ? model with { InitialWeights = ModelStamp.Of(0, initial.Values).Digest }
            : throw new CliException(ExitCode.Usage, "the initial weights have other tensors than the model", "give the .safetensors file of a model of the same architecture");
    }

    private DataTerms Data(TableSchema? schema, RawTable? table)
    {
        ScalingKind scaling = Enum.Parse<ScalingKind>(Get(options.Scaling), ignoreCase: true);
        FeatureScaling? numbers = null;
        if (scaling == ScalingKind.Fixed)
        {
            if (table is null)
            {
                throw new CliException(ExitCode.Usage, "--scaling fixed takes its numbers from the --schema-from file", "give --schema-from, or another --scaling");
            }

            numbers = FeatureScaling.Standard(FeatureStatistics.Of(new TableEncoder(schema!).Encode(table).Data));
            Talk.Line($"the plan will show every party the mean and deviation of {table.Source}'s columns");
        }

        return new DataTerms { Schema = schema, Scaling = scaling, FixedScaling = numbers, TestFraction = Get(options.TestFraction) };
    }

    private TableSchema Infer(RawTable table)
    {
        InferredSchema inferred = SchemaInference.Examine([table], new SchemaOptions
        {
            Label = result.GetValue(options.Label) ?? throw new CliException(ExitCode.Usage, "--label is missing", "name the label column, or give its index: --label -1 is the last column"),
            Ignore = SiteOptions.List(result.GetValue(options.Ignore)),
            Categorical = SiteOptions.List(result.GetValue(options.Categorical)),
            LabelThreshold = result.GetValue(options.LabelThreshold),
            Missing = Get(options.Missing) == "drop" ? MissingPolicy.DropRow : MissingPolicy.Impute,
            Task = Get(options.Training.Model) == "linear" ? LearningTask.Regression : null,
        });
        foreach (string note in inferred.Notes.Concat(table.Remarks))
        {
            Talk.Line($"{table.Source}: {note}");
        }

        return inferred.Schema;
    }

    private static TableSchema ReadSchema(string path)
    {
        byte[] bytes = WholeFile.Read(path, TrainingTerms.MaxBytes);
        try
        {
            TableSchema schema = DeploymentJson.Bind<TableSchema>(JsonNode.Parse(bytes) ?? throw new FormatException($"{path} is null"), path);
            schema.Check();
            return schema;
        }
        catch (Exception fault) when (fault is System.Text.Json.JsonException or ArgumentException)
        {
            throw new FormatException($"{path} is no table schema: {FaultText.Of(fault)}", fault);
        }
    }

    private static ModelParameters ReadWeights(string path)
    {
        using FileStream stream = File.OpenRead(path);
        return ModelBundle.Read(stream, path).Parameters;
    }

    private static LearningTask TaskOf(string? text) => text switch
    {
        "binary" => LearningTask.Binary,
        "multi-class" => LearningTask.MultiClass,
        "regression" => LearningTask.Regression,
        null => throw Missing(),
        _ => throw new CliException(ExitCode.Usage, $"--task {text}: binary, multi-class or regression", "for example --task binary"),
    };

    private static CliException Missing() => new(
        ExitCode.Usage, "what is trained is not said", "give --schema-from a.csv --label COLUMN, or --schema FILE, or --task, --inputs and --classes for arrays, or --vector N for plain sums");
}
