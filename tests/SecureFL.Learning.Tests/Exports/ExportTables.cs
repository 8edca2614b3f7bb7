using System.Collections.Immutable;
using System.Globalization;
using SecureFL.Learning.Data;
using SecureFL.Learning.Data.Csv;
using SecureFL.Learning.Data.Datasets;
using SecureFL.Learning.Data.Encoders;
using SecureFL.Learning.Data.Scaling;
using SecureFL.Learning.Data.Schemas;
using SecureFL.Learning.Data.Tables;
using SecureFL.Learning.Models;

namespace SecureFL.Learning.Tests.Exports;

/// <summary>
/// A table with numbers of very different scales, empty cells and categories, and models with random weights over it.
/// </summary>
internal static class ExportTables
{
    private static readonly string[] Colours = ["red", "green", "blue", "", "violet"];

    internal static TableSchema Schema(LearningTask task, bool omitFirst) => new()
    {
        Features =
        [
            new ColumnSchema { Name = "when", Kind = ColumnKind.Numeric },
            new ColumnSchema { Name = "troponin", Kind = ColumnKind.Numeric },
            new ColumnSchema { Name = "colour", Kind = ColumnKind.Categorical, Categories = ["red", "green", "blue"],
                OmitFirstCategory = omitFirst },
        ],
        Label = new LabelSchema
        {
            Name = "y",
            Task = task,
            Classes = task switch
            {
                LearningTask.Binary => ["no", "yes"],
                LearningTask.MultiClass => ["a", "b", "c"],
                _ => []
            },
        },
        Missing = MissingPolicy.Impute,
    };

    internal static FeatureScaling Scaling(TableSchema schema)
    {
        int categories = schema.Width - 2;
        return new FeatureScaling
        {
            Offset = [1.7e9, 5e-5, .. Enumerable.Repeat(0.25, categories)],
            Factor = [1e-7, 1e5, .. Enumerable.Repeat(2.0, categories)],
            Imputed = [1.69e9, 4e-5, .. Enumerable.Repeat(0.25, categories)],
        };
    }

    internal static ModelBundle Bundle(TableSchema schema, ImmutableArray<int> hidden, Activation activation)
    {
        ModelSpec spec = new()
        {
            Task = schema.Label.Task,
            Inputs = schema.Width,
            Outputs = schema.Label.Task == LearningTask.MultiClass ? 3 : 1,
            Hidden = hidden,
            Activation = activation,
        };
        ModelLayout layout = spec.CreateLayout();
        SeededRandom random = SeededRandom.For(5, "export-tests", layout.Length);
        float[] weights = [.. Enumerable.Range(0, layout.Length).Select(_ => (float)random.NextGaussian())];
        return new ModelBundle
        {
            Parameters = new ModelParameters(layout, weights),
            Spec = spec,
            Schema = schema,
            Scalings = ImmutableSortedDictionary<string, FeatureScaling>.Empty.Add("", Scaling(schema)),
            Targets = schema.Label.Task == LearningTask.Regression ? new TargetScaling(200_000, 1.0 / 5000) : null,
        };
    }

    /// <summary>
    /// Cells of 40 rows: epoch seconds, a small number, a colour, each sometimes empty, and a colour that nobody
    /// declared.
    /// </summary>
    internal static IReadOnlyList<string[]> Cells()
    {
        SeededRandom random = SeededRandom.For(6, "export-cells");
        return
        [
            .. Enumerable.Range(0, 40).Select(r => new[]
            {
                r % 7 == 3 ? "" : (1.7e9 + Math.Round(2e7 * random.NextGaussian())).ToString("R",
                    CultureInfo.InvariantCulture),
                r % 9 == 4 ? "" : (5e-5 + (1e-5 * random.NextGaussian())).ToString("R", CultureInfo.InvariantCulture),
                Colours[r % Colours.Length],
            }),
        ];
    }

    /// <summary>The same rows as the program reads and scales them.</summary>
    internal static Dataset Encode(ModelBundle bundle, IReadOnlyList<string[]> cells)
    {
        string text = string.Join('\n', cells.Select(row => string.Join(',', row)).Prepend("when,troponin,colour"));
        RawTable table = CsvTableReader.Read(new StringReader(text), "rows.csv", new CsvReadOptions());
        return bundle.ScalingFor(null)!.Apply(new TableEncoder(bundle.Schema!).EncodeFeatures(table).Data);
    }
}
