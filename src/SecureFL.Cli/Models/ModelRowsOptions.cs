using System.CommandLine;
using SecureFL.Cli.Shell;
using SecureFL.Cli.Sites;
using SecureFL.Cli.Trainers;
using SecureFL.Learning.Data.Csv;
using SecureFL.Learning.Data.Datasets;
using SecureFL.Learning.Data.Schemas;
using SecureFL.Learning.Data.Tables;
using SecureFL.Learning.Models;

namespace SecureFL.Cli.Models;

/// <summary>A model and rows for it.</summary>
/// <param name="Bundle">The model file.</param>
/// <param name="Spec">Its shape; null for a model of an external trainer.</param>
/// <param name="Trainer">The command of that trainer; null for a built-in model.</param>
/// <param name="Data">The rows, encoded and scaled as in training.</param>
/// <param name="Rows">Positions of the rows in the file.</param>
/// <param name="Table">The file, where it is a table.</param>
internal sealed record ModelRows(ModelBundle Bundle, ModelSpec? Spec, string? Trainer, Dataset Data,
    IReadOnlyList<int> Rows, RawTable? Table)
{
    /// <summary>The model's file, for people.</summary>
    internal required string ModelFile { get; init; }

    /// <summary>The rows' file, for people.</summary>
    internal required string DataFile { get; init; }

    /// <summary>The line of a table, or the number of an array's row, from 1, that row i stands in.</summary>
    internal long LineOf(int i) => Table?.Rows[Rows[i]].Line ?? Rows[i] + 1;

    /// <summary>
    /// What the model says of the rows, scaled targets and all: the program computes it, or the trainer does.
    /// </summary>
    internal async Task<Predictions> PredictAsync(CancellationToken cancellationToken) => Spec is ModelSpec spec
        ? new Predictions(new FeedForwardModel(spec).Predict(Bundle.Parameters.Values, Data), spec.Outputs)
        : await ExternalTrainer.PredictAsync(Trainer!, Bundle.Parameters, Data, cancellationToken)
        .ConfigureAwait(false);
}

/// <summary>The options of every command that puts rows to a trained model.</summary>
internal sealed class ModelRowsOptions(string dataDescription)
{
    private readonly Option<FileInfo> _model = new("--model")
    { Description = "the model that simulate left", Required = true, HelpName = "FILE" };
    private readonly Option<string> _data = new("--data")
    { Description = dataDescription, Required = true, HelpName = "FILE" };
    private readonly Option<string?> _site = new("--site")
    { Description = "whose rows they are, for models whose features each site scaled by itself" };
    private readonly Option<string?> _trainer = new("--trainer")
    {
        Description =
            "the command that trained the model, for models of an external trainer; it is given the task \"predict\"",
        HelpName = "COMMAND",
    };

    private readonly Option<string?> _missing = new("--missing-values")
    {
        Description = "cells that mean no value, beside those that the model was trained with",
        HelpName = "VALUE,VALUE",
    };

    private readonly TableOptions _tables = new();

    internal void AddTo(Command command)
    {
        foreach (Option option in new Option[] { _model, _data, _site, _trainer, _missing })
        {
            command.Add(option);
        }

        _tables.AddTo(command);
    }

    internal ModelRows Read(ParseResult result, bool withLabels)
    {
        CsvReadOptions csv = _tables.Read(result);
        string? trainer = result.GetValue(_trainer);
        FileInfo file = result.GetValue(_model)!;
        (ModelBundle bundle, ModelSpec? spec) = trainer is null ? ModelFile.Read(file)
            : (ModelFile.ReadExternal(file), null);
        if (SiteOptions.List(result.GetValue(_missing)) is { IsEmpty: false } missing)
        {
            bundle = bundle.Schema is TableSchema schema
                ? bundle with { Schema = schema with { MissingValues = [.. schema.MissingValues ?? [], .. missing] } }
                : throw new CliException(ExitCode.Usage,
                    "--missing-values: the model reads arrays, which have no texts", "leave it out");
        }

        (Dataset data, IReadOnlyList<int> rows, RawTable? table) =
            ModelFile.Rows(bundle, result.GetValue(_data)!, withLabels, result.GetValue(_site), csv);
        return new ModelRows(bundle, spec, trainer, data, rows, table)
        { ModelFile = file.FullName, DataFile = result.GetValue(_data)! };
    }
}
