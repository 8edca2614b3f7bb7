using SecureFL.Learning.Data.Datasets;
using SecureFL.Learning.Data.Tables;

namespace SecureFL.Learning.Data.Splits;

/// <summary>
/// Divides rows into those to train on and those to test on. A separate test file needs no split. Thread-safe.
/// </summary>
public static class TrainTestSplit
{
    /// <summary>By a column whose cells say <c>train</c> or <c>test</c>, whatever their case.</summary>
    /// <exception cref="DataFormatException">Another word in the column, or no training row.</exception>
    public static (RawTable Train, RawTable? Test) ByColumn(RawTable table, string column)
    {
        ArgumentNullException.ThrowIfNull(table);
        int position = table.FindColumn(column);
        List<RawRow> train = [];
        List<RawRow> test = [];
        foreach (RawRow row in table.Rows)
        {
            string cell = row.Cells[position].Trim();
            if (cell.Equals("train", StringComparison.OrdinalIgnoreCase))
            {
                train.Add(row);
            }
            else if (cell.Equals("test", StringComparison.OrdinalIgnoreCase))
            {
                test.Add(row);
            }
            else
            {
                throw new DataFormatException(table.Source, "the cell says neither train nor test", row.Line,
                    table.Columns[position]);
            }
        }

        return train.Count == 0
            ? throw new DataFormatException(table.Source, "no row is marked train", column: table.Columns[position])
            : (table.WithRows(train), test.Count == 0 ? null : table.WithRows(test));
    }

    /// <summary>
    /// At random, <paramref name="fraction"/> of each class (of all rows for real targets) to test, at least one row to
    /// train. The split depends on the seed and <paramref name="site"/> only.
    /// </summary>
    /// <exception cref="ArgumentException">A fraction outside [0, 1).</exception>
    public static (RawDataset Train, RawDataset? Test) ByFraction(RawDataset data, double fraction, ulong seed,
        int site = 0)
    {
        ArgumentNullException.ThrowIfNull(data);
        if (!(fraction >= 0 && fraction < 1))
        {
            throw new ArgumentException($"a test fraction of {fraction}, it must lie in [0, 1)", nameof(fraction));
        }

        List<int> train = [];
        List<int> test = [];
        foreach (int[] members in Shuffled(data, seed, site))
        {
            int forTest = (int)Math.Round(fraction * members.Length);
            test.AddRange(members.AsSpan(0, forTest));
            train.AddRange(members.AsSpan(forTest));
        }

        if (train.Count == 0)
        {
            train.Add(test[^1]);
            test.RemoveAt(test.Count - 1);
        }

        train.Sort();
        test.Sort();
        return (data.Select(train.ToArray()), test.Count == 0 ? null : data.Select(test.ToArray()));
    }

    /// <summary>
    /// Deals a site's rows out to folds, in the random order of <see cref="ByFraction"/>: the rows of each class (all
    /// rows for real targets) in turn, so that the folds' sizes, and each class's share of them, differ by one row at
    /// most.
    /// </summary>
    /// <returns>The fold of each row, 0 to <paramref name="folds"/> - 1; no fold is empty.</returns>
    /// <exception cref="ArgumentException">Fewer than two folds, or fewer rows than folds.</exception>
    public static int[] FoldOfRows(RawDataset data, int folds, ulong seed, int site = 0)
    {
        ArgumentNullException.ThrowIfNull(data);
        if (folds < 2 || data.Count < folds)
        {
            throw new ArgumentException($"{folds} folds of {data.Count} rows: at least two folds, and a row for each",
                nameof(folds));
        }

        int[] fold = new int[data.Count];
        int next = 0;
        foreach (int row in Shuffled(data, seed, site).SelectMany(members => members))
        {
            fold[row] = next++ % folds;
        }

        return fold;
    }

    // The rows of one class after another, or all rows; every class in a random order of its own.
    private static IEnumerable<int[]> Shuffled(RawDataset data, ulong seed, int site)
    {
        SeededRandom random = SeededRandom.For(seed, "train-test-split", site);
        int groups = Math.Max(1, data.ClassCount);
        for (int group = 0; group < groups; group++)
        {
            int[] members =
                [.. Enumerable.Range(0, data.Count).Where(i => data.ClassCount == 0 || (int)data.Labels[i] == group)];
            random.Shuffle<int>(members);
            yield return members;
        }
    }
}
