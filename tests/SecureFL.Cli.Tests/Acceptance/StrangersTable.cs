using System.Globalization;
using SecureFL.Learning;
using SecureFL.Learning.Data;

namespace SecureFL.Cli.Tests.Acceptance;

/// <summary>
/// Three hospitals' tables as a stranger brings them, drawn from a seed: columns of scales 1e-6 to 1e10, epoch seconds,
/// a numeric identifier, a constant, empty cells, strongly correlated and collinear columns, categories, decimal commas
/// in one file, 2 to 60 features and 60 to thousands of rows a site. The files are made from the numbers here; the
/// reference fit takes the numbers and never the files.
/// </summary>
internal sealed class StrangersTable
{
    private const double EpochStart = 1.6e9;
    private const double EpochSpread = 3e7;

    private static readonly int[] Widths = [2, 3, 5, 8, 12, 20, 30, 60];
    private static readonly int[] RowCounts = [60, 60, 120, 300, 600];
    private static readonly double[] Correlations = [0, 0, 0.5, 0.9, 0.99];
    private static readonly string[] Wards = ["north", "south", "west", "day clinic"];

    private readonly List<Column> _columns = [];
    private readonly SeededRandom _random;

    private StrangersTable(int seed) => _random = SeededRandom.For((ulong)seed, "strangers-table");

    private delegate double Draw(double latent, int site);

    /// <summary>What is predicted.</summary>
    public LearningTask Task { get; private set; }

    /// <summary>Classes, 0 for regression.</summary>
    public int Classes { get; private set; }

    /// <summary>Rows of the three sites.</summary>
    public IReadOnlyList<Row>[] Sites { get; private set; } = [];

    /// <summary>
    /// Numeric columns and then one-hot wards: what a reference fit may use. The identifier and the constant are not in
    /// it.
    /// </summary>
    public int Width => _columns.Count + Wards.Length;

    private bool Skewed { get; init; }

    /// <summary>One row.</summary>
    /// <param name="Numbers">The numeric columns in order, NaN where the cell is empty.</param>
    /// <param name="Ward">Its category.</param>
    /// <param name="Identifier">A number that says nothing.</param>
    /// <param name="Label">The class or the value.</param>
    internal sealed record Row(double[] Numbers, string Ward, int Identifier, double Label);

    private sealed record Column(string Name, double Scale, double Offset, double Missing, Draw Value);

    /// <summary>
    /// The table of a seed; <paramref name="rows"/> a site instead of a drawn number, columns lognormal where
    /// <paramref name="skewed"/>.
    /// </summary>
    public static StrangersTable Create(int seed, int? rows = null, bool skewed = false)
    {
        StrangersTable table = new(seed) { Skewed = skewed };
        table.Task = (seed % 3) switch
        {
            0 => LearningTask.Regression,
            1 => LearningTask.Binary,
            _ => LearningTask.MultiClass
        };
        table.Classes = table.Task switch
        {
            LearningTask.Regression => 0,
            LearningTask.Binary => 2,
            _ => 3 + table.Next(2)
        };
        table.AddColumns(table.Pick(Widths), table.Pick(Correlations));
        table.Fill(rows ?? table.Pick(RowCounts));
        return table;
    }

    /// <summary>The numbers of a row with the means in place of what is missing, then the wards.</summary>
    public static double[] Features(Row row, double[] means) =>
        [.. row.Numbers.Select((value, c) => double.IsNaN(value) ? means[c] : value),
            .. Wards.Select(ward => row.Ward == ward ? 1.0 : 0)];

    /// <summary>Writes a.csv, b.csv and c.csv; the second one as a program with decimal commas writes it.</summary>
    public string[] Write(string folder)
    {
        string[] paths = [.. new[] { "a.csv", "b.csv", "c.csv" }.Select(name => Path.Combine(folder, name))];
        for (int site = 0; site < paths.Length; site++)
        {
            bool commas = site == 1;
            char separator = commas ? ';' : ',';
            using StreamWriter writer = new(paths[site]);
            writer.WriteLine(
                string.Join(separator, ["patient_id", "unit", .. _columns.Select(column => column.Name), "ward", "y"]));
            foreach (Row row in Sites[site])
            {
                string[] cells =
                [
                    row.Identifier.ToString(CultureInfo.InvariantCulture),
                    "7",
                    .. row.Numbers.Select(value => double.IsNaN(value) ? "" : Number(value, commas)),
                    row.Ward,
                    Task == LearningTask.Regression ? Number(row.Label, commas)
                        : row.Label.ToString(CultureInfo.InvariantCulture),
                ];
                writer.WriteLine(string.Join(separator, cells));
            }
        }

        return paths;
    }

    private static string Number(double value, bool comma)
    {
        string text = value.ToString("R", CultureInfo.InvariantCulture);
        return comma ? text.Replace('.', ',') : text;
    }

    private int Next(int exclusive) => (int)(_random.NextUInt64() % (ulong)exclusive);

    private double Uniform() => (_random.NextUInt64() >> 11) * Math.Pow(2, -53);

    private T Pick<T>(IReadOnlyList<T> values) => values[Next(values.Count)];

    private void AddColumns(int width, double correlation)
    {
        double own = Math.Sqrt(1 - correlation);
        double shared = Math.Sqrt(correlation);
        double shift = Pick<double>([0, 0.3, 0.8]);
        for (int c = 0; c < width; c++)
        {
            double[] centres = [.. Enumerable.Range(0, 3).Select(_ => shift * _random.NextGaussian())];
            double Normal(double latent, int site) =>
                (own * _random.NextGaussian()) + (shared * latent) + centres[site];
            Draw draw = Skewed ? (latent, site) => Math.Exp(2 * Normal(latent, site)) : Normal;
            double scale = Math.Pow(10, Next(17) - 6);
            double missing = c % 4 == 1 ? 0.2 : 0;
            string name = string.Create(CultureInfo.InvariantCulture, $"marker{c}");
            _columns.Add(c == 0
                ? new Column("taken_at", EpochSpread, EpochStart, 0, draw)
                : new Column(name, scale, c % 3 == 0 ? 0 : 4 * scale, missing, draw));
        }
    }

    private void Fill(int rows)
    {
        int outputs = Math.Max(1, Task == LearningTask.MultiClass ? Classes : 1);
        double[][] weights = [.. Enumerable.Range(0, outputs)
            .Select(_ => _columns.Select(_ => 2 * _random.NextGaussian() / Math.Sqrt(_columns.Count)).ToArray())];
        double[][] wards =
            [.. Enumerable.Range(0, outputs).Select(_ => Wards.Select(_ => 0.5 * _random.NextGaussian()).ToArray())];
        double noise = Pick<double>([0.3, 1.0, 1.5]);
        bool collinear = Next(3) == 0 && _columns.Count > 3;
        int[] identifiers = _random.Permutation(3 * rows);
        Sites =
        [
            .. Enumerable.Range(0, 3).Select(site =>
                (IReadOnlyList<Row>)[.. Enumerable.Range(0, rows)
                    .Select(r => Make(site, 100_000 + identifiers[(site * rows) + r]))]),
        ];

        Row Make(int site, int identifier)
        {
            double latent = _random.NextGaussian();
            double[] standard = [.. _columns.Select(column => column.Value(latent, site))];
            if (collinear)
            {
                standard[2] = (2 * standard[3]) - 1;
            }

            int ward = Next(Wards.Length);
            double[] scores = [.. weights.Select((w, o) => w.Zip(standard, (a, b) => a * b).Sum() + wards[o][ward])];
            double[] numbers =
                [
                    .. _columns.Select((column, c) => Uniform() < column.Missing ? double.NaN
                        : column.Offset + (column.Scale * standard[c]))];
            numbers[0] = Math.Round(numbers[0]);
            return new Row(numbers, Wards[ward], identifier, Label(scores, noise));
        }
    }

    private double Label(double[] scores, double noise)
    {
        switch (Task)
        {
            case LearningTask.Regression:
                return 200_000 + (5_000 * (scores[0] + (noise * _random.NextGaussian())));
            case LearningTask.Binary:
                return Uniform() < 1 / (1 + Math.Exp(-2 * scores[0] / noise)) ? 1 : 0;
            default:
                // The largest of the scores with Gumbel noise: exactly the softmax model.
                double[] noisy = [.. scores.Select(score => (2 * score / noise) - Math.Log(-Math.Log(1 - Uniform())))];
                return Array.IndexOf(noisy, noisy.Max());
        }
    }
}
