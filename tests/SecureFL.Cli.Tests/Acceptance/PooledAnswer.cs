using SecureFL.Learning.Data.Datasets;
using SecureFL.Learning.Data.Splits;

namespace SecureFL.Cli.Tests.Acceptance;

/// <summary>
/// The pooled fit on the rows that the program trains on, and its score on the rows that the program tests on.
/// </summary>
/// <param name="Score">R squared or accuracy.</param>
/// <param name="TestRows">Rows behind it.</param>
internal sealed record PooledAnswer(double Score, int TestRows)
{
    /// <summary>The answer for a table at the program's default seed.</summary>
    public static PooledAnswer Of(StrangersTable table, double testFraction)
    {
        List<StrangersTable.Row> train = [];
        List<StrangersTable.Row> test = [];
        for (int site = 0; site < table.Sites.Length; site++)
        {
            IReadOnlyList<StrangersTable.Row> rows = table.Sites[site];

            // The program's own split, asked which rows it takes: their one feature is their position.
            double[] positions = [.. Enumerable.Range(0, rows.Count).Select(r => (double)r)];
            RawDataset numbered = new(positions, [.. rows.Select(row => row.Label)], 1, table.Task, table.Classes);
            (RawDataset ofTrain, RawDataset? ofTest) = TrainTestSplit.ByFraction(numbered, testFraction, seed: 1, site);
            train.AddRange(ofTrain.Features.Select(r => rows[(int)r]));
            test.AddRange(ofTest!.Features.Select(r => rows[(int)r]));
        }

        double[] means =
            [
                .. train[0].Numbers
                    .Select(
                        (_, c) => train.Select(row => row.Numbers[c]).Where(value => !double.IsNaN(value)).Average())];
        double[][] x = [.. train.Select(row => StrangersTable.Features(row, means))];
        double[][] held = [.. test.Select(row => StrangersTable.Features(row, means))];
        Standardise(x, held);
        double[] y = [.. train.Select(row => row.Label)];
        return new PooledAnswer(
            new PooledFit(table.Task, table.Classes, x, y).Score(held, [.. test.Select(row => row.Label)]), test.Count);
    }

    private static void Standardise(double[][] train, double[][] test)
    {
        for (int f = 0; f < train[0].Length; f++)
        {
            double mean = train.Average(row => row[f]);
            double deviation = Math.Sqrt(train.Average(row => Math.Pow(row[f] - mean, 2)));
            foreach (double[] row in train.Concat(test))
            {
                row[f] = deviation > 0 ? (row[f] - mean) / deviation : 0;
            }
        }
    }
}
