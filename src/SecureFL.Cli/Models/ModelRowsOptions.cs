using System.CommandLine;
using SecureFL.Cli.Sites;
using SecureFL.Federated.Data;
using SecureFL.Federated.Models;

namespace SecureFL.Cli.Models;

/// <summary>A model and rows for it.</summary>
/// <param name="Bundle">The model file.</param>
/// <param name="Spec">Its shape.</param>
/// <param name="Data">The rows, encoded and scaled as in training.</param>
/// <param name="Rows">Positions of the rows in the file.</param>
/// <param name="Table">The file, where it is a table.</param>
internal sealed record ModelRows(ModelBundle Bundle, ModelSpec Spec, Dataset Data, IReadOnlyList<int> Rows, RawTable? Table);

/// <summary>The options of every command that puts rows to a trained model.</summary>
internal sealed class ModelRowsOptions(string dataDescription)
{
    private readonly Option<FileInfo> _model = new("--model") { Description = "the model that simulate left", Required = true, HelpName = "FILE" };
    private readonly Option<string> _data = new("--data") { Description = dataDescription, Required = true, HelpName = "FILE" };
    private readonly Option<string?> _site = new("--site") { Description = "whose rows they are, for models whose features each site scaled by itself" };
    private readonly Option<string> _header = Simulate.SimulateOptions.Choice("--header", "detect", "whether the first line names the columns", "detect", "yes", "no");
    private readonly Option<string?> _separator = new("--separator") { Description = "the CSV separator; detected by default", HelpName = "CHARACTER" };

    internal void AddTo(Command command)
    {
        foreach (Option option in new Option[] { _model, _data, _site, _header, _separator })
        {
            command.Add(option);
        }
    }

    internal ModelRows Read(ParseResult result, bool withLabels)
    {
        CsvReadOptions csv = SiteOptions.Csv(result.GetValue(_header)!, result.GetValue(_separator));
        (ModelBundle bundle, ModelSpec spec) = ModelFile.Read(result.GetValue(_model)!);
        (Dataset data, IReadOnlyList<int> rows, RawTable? table) = ModelFile.Rows(bundle, result.GetValue(_data)!, withLabels, result.GetValue(_site), csv);
        return new ModelRows(bundle, spec, data, rows, table);
    }
}
