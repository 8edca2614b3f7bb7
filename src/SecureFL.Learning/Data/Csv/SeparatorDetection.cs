namespace SecureFL.Learning.Data.Csv;

/// <summary>
/// Finds the field separator of delimited text: the one that every record has equally often. A semicolon comes before a
/// comma, which then is part of numbers. Thread-safe.
/// </summary>
internal static class SeparatorDetection
{
    /// <summary>Characters of a file's beginning that are looked at.</summary>
    internal const int Beginning = 1 << 16;

    private const int Records = 100;
    private const string Candidates = "\t;|,";

    /// <summary>The separator; a comma where nothing separates.</summary>
    internal static char Of(ReadOnlySpan<char> text)
    {
        List<int[]> records = Count(text);
        char best = ',';
        double bestShare = 0;
        for (int c = 0; c < Candidates.Length; c++)
        {
            int candidate = c;
            int[] counts = [.. records.Select(record => record[candidate]).Where(count => count > 0)];
            if (counts.Length == 0)
            {
                continue;
            }

            int commonest = counts.GroupBy(count => count).Max(group => group.Count());
            double share = (double)commonest / records.Count;
            if (share > bestShare)
            {
                (best, bestShare) = (Candidates[c], share);
            }
        }

        return best;
    }

    /// <summary>How often each candidate stands outside quotes, for the first records that are whole.</summary>
    private static List<int[]> Count(ReadOnlySpan<char> text)
    {
        List<int[]> records = [];
        int[] current = new int[Candidates.Length];
        bool quoted = false;
        bool blank = true;
        foreach (char c in text)
        {
            quoted ^= c == '"';
            if (!quoted && (c is '\n' or '\r'))
            {
                if (!blank)
                {
                    records.Add(current);
                    current = new int[Candidates.Length];
                }

                blank = true;
                if (records.Count == Records)
                {
                    return records;
                }

                continue;
            }

            blank = false;
            int at = quoted ? -1 : Candidates.IndexOf(c, StringComparison.Ordinal);
            if (at >= 0)
            {
                current[at]++;
            }
        }

        if (!blank && (records.Count == 0 || text.Length < Beginning))
        {
            records.Add(current);
        }

        return records;
    }
}
