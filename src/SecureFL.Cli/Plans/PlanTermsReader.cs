using System.CommandLine;
using System.Text.Json;
using SecureFL.Cli.Runs;
using SecureFL.Cli.Shell;
using SecureFL.Cli.Sites;
using SecureFL.Consortium.Plans;
using SecureFL.Consortium.Plans.Descriptions;
using SecureFL.Learning.Data;
using SecureFL.Learning.Data.Encoders;
using SecureFL.Learning.Data.Scaling;
using SecureFL.Learning.Data.Schemas;
using SecureFL.Learning.Data.Tables;
using SecureFL.Learning.Models;
using SecureFL.Learning.Rounds;
using SecureFL.Messages.Text;
using SecureFL.Transport.Formats;

namespace SecureFL.Cli.Plans;

/// <summary>From a description and the options of <c>plan new</c> to settled terms of training.</summary>
internal sealed class PlanTermsReader(ParseResult result, NewPlanOptions options, TrainingDescription description)
{
    private TrainingDescription _description = description;

    private T Get<T>(Option<T> option) => result.GetValue(option)!;

    /// <summary>The terms; null for plain sums.</summary>
    internal TrainingTerms? Read()
    {
        if (SumTermsReader.Asked(result, options))
        {
            return null;
        }

        (TableSchema? schema, RawTable? table) = Columns();
        if (schema is not null && table is null)
        {
            Talk.Line($"label {schema.Label.Words}");
        }

        DataFacts facts = Facts(schema);
        ModelParameters? initial = result.GetValue(options.InitialWeights) is string path ? ReadWeights(path) : null;
        if (Get(options.External))
        {
            facts = facts with
            {
                External = initial is null
                    ? throw new CliException(
                        ExitCode.Usage, "--external-trainer needs --initial-weights",
                        "the trainer's own initial model, as a .safetensors file: all sites start from it")
                    : (initial.Layout, ModelStamp.Of(0, initial.Values).Digest),
            };
        }
        else if (initial is not null)
        {
            _description = _description.With("model.initialWeights", ModelStamp.Of(0, initial.Values).Digest);
        }

        Fix(schema, table);
        TrainingTerms terms = _description.Settle(facts);
        StoppingMetric.Check(terms.Stopping, terms.Metrics, hasTestRows: true,
            everyRow: terms.Model.BuiltIn is not null);
        return initial is null || initial.Layout.Matches(terms.Layout)
            ? terms
            : throw new CliException(ExitCode.Usage, "the initial weights have other tensors than the model",
                "give the .safetensors file of a model of the same architecture");
    }

    private DataFacts Facts(TableSchema? schema)
    {
        if (schema is not null)
        {
            return DataFacts.Of(schema);
        }

        LearningTask task = TaskOf(result.GetValue(options.Task));
        int classes = task switch
        {
            LearningTask.Regression => 0,
            LearningTask.Binary => 2,
            _ => result.GetValue(options.ClassCount) ?? throw Missing()
        };
        return new DataFacts(task, result.GetValue(options.Inputs) ?? throw Missing(), classes, null);
    }

    // What the description leaves to the table.
    private void Fix(TableSchema? schema, RawTable? table)
    {
        if (_description.Value<ScalingKind>("data.scaling") != ScalingKind.Fixed
            || _description.Has("data.fixedScaling"))
        {
            return;
        }

        if (table is null)
        {
            throw new CliException(ExitCode.Usage, "--normalize fixed takes its numbers from the --schema-from file",
                "give --schema-from, or another --normalize");
        }

        _description = _description.With("data.fixedScaling",
            FeatureScaling.Standard(FeatureStatistics.Of(new TableEncoder(schema!).Encode(table).Data)));
        Talk.Line($"the plan will show every party the mean and deviation of {table.Source}'s columns");
    }

    // The columns, and the table that they were found in.
    private (TableSchema? Schema, RawTable? Table) Columns()
    {
        if (result.GetValue(options.SchemaFrom) is not string from)
        {
            return (result.GetValue(options.Schema) is string file ? ReadSchema(file) : _description.Schema, null);
        }

        SiteSettings settings = new()
        {
            Data = [from],
            Columns = _description.Columns,
            Csv = options.Tables.Read(result),
            Task = SiteOptions.TaskOf(_description),
        };
        if (settings.Label is null)
        {
            throw new CliException(ExitCode.Usage, "--label is missing",
                "name the label column, or give its index: --label -1 is the last column");
        }

        (TableSchema schema, RawTable table, IReadOnlyList<string> notes) = TableSites.Example(settings);
        foreach (string note in notes)
        {
            Talk.Line(note);
        }

        return (schema, table);
    }

    private static TableSchema ReadSchema(string path)
    {
        byte[] bytes = WholeFile.Read(path, TrainingTerms.MaxBytes);
        try
        {
            TableSchema schema = JsonSerializer.Deserialize<TableSchema>(bytes, DeploymentJson.Compact)
                ?? throw new FormatException("it is null");
            schema.Check();
            return schema;
        }
        catch (Exception fault) when (fault is JsonException or ArgumentException or FormatException
            or InvalidOperationException)
        {
            throw new FormatException($"{path} is no table schema: {FaultText.Of(fault)}", fault);
        }
    }

    private static ModelParameters ReadWeights(string path)
    {
        using FileStream stream = OrdinaryFile.Open(path);
        return ModelBundle.Read(stream, path).Parameters;
    }

    private static LearningTask TaskOf(string? text) => text switch
    {
        "binary" => LearningTask.Binary,
        "multi-class" => LearningTask.MultiClass,
        "regression" => LearningTask.Regression,
        null => throw Missing(),
        _ => throw new CliException(ExitCode.Usage, $"--task {text}: binary, multi-class or regression",
            "for example --task binary"),
    };

    private static CliException Missing() => new(
        ExitCode.Usage, "what is trained is not said",
        "give --schema-from a.csv --label COLUMN, or --training FILE with the columns, or --schema FILE, or --task, "
        + "--inputs and --class-count for arrays, or --vector N for plain sums");
}
