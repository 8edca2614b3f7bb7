using SecureFL.Learning.Data.Columns;

namespace SecureFL.Learning.Data.ColumnRules;

/// <summary>
/// Tells columns that number or name rows from features: none is missing, every value is another, and the name or the
/// order says why. Thread-safe.
/// </summary>
internal static class IdentifierRule
{
    private const int LeastRows = 20;
    private const int LeastRowsByOrder = 50;
    private const double TextShare = 0.95;

    /// <summary>Most whole numbers in the range for each one that stands in the column.</summary>
    private const double DenseRange = 1.5;

    private static readonly string[] SuspectWords = ["id", "no", "number", "num", "nr", "code", "key"];

    private static readonly string[] Words =
        ["id", "ids", "identifier", "uuid", "guid", "mrn", "ssn", "pid", "index", "idx", "rowid", "rownum", "rownumber",
            "nr", "key", "subject", "unnamed"];

    private static readonly string[] Owners =
    [
        "patient", "subject", "case", "record", "row", "sample", "person", "customer", "user", "visit", "encounter",
        "admission", "hadm", "stay", "member",
        "client", "study", "participant", "specimen", "pat",
    ];

    /// <summary>Why the column is an identifier; null where it is none, or where nobody can tell.</summary>
    internal static string? Reason(ColumnFacts column)
    {
        bool large = column.Sites.All(site => site.Rows >= LeastRows && site.Missing == 0 && site.Markers.Total == 0);
        if (column.Texts == 0 && column.Numbers > 0)
        {
            bool distinct = large && column.Sites.All(site => site.Whole && site.AllDistinct);
            bool counts = distinct && column.Sites.All(site => site.Consecutive && site.Rows >= LeastRowsByOrder);
            return !distinct ? null : counts ? "counts the rows" : IsName(column.Name)
                ? "has another whole number in every row, and an identifier's name" : null;
        }

        bool texts = large && column.Texts > column.Numbers
            && column.Sites.All(site => site.Texts.DistinctShare >= TextShare && site.Texts.Total >= LeastRows);
        bool all = texts && column.Sites.All(site => site.Texts.DistinctShare == 1);
        return all ? "has another text in every row" : texts ? "has another text in nearly every row" : null;
    }

    /// <summary>
    /// Whether the column may be an identifier: whole numbers, each another, that fill their range as numbers given out
    /// one after the other do, or under the
    /// name of a number or code.
    /// </summary>
    internal static bool IsSuspect(ColumnFacts column) =>
        column.Texts == 0 && column.Numbers >= LeastRows && column.Sites.All(site => site.Whole && site.AllDistinct)
        && (HasWord(column.Name, SuspectWords) || column.Sites.All(IsDense));

    /// <summary>
    /// Whether many whole numbers, some of them several times, stand under an identifier's name: visits of one patient.
    /// </summary>
    internal static bool IsRepeated(ColumnFacts column) =>
        column.Texts == 0 && IsName(column.Name) && column.Sites.All(site => site.Whole)
        && column.Sites.Sum(site => (long)site.Numbers.Distinct) >= LeastRows;

    private static bool IsDense(ColumnProfile site) =>
        site.Numbers.Total >= LeastRows && site.Maximum - site.Minimum < DenseRange * site.Numbers.Total;

    private static bool HasWord(string name, string[] known) => WordsOf(name).Exists(word => known.Contains(word));

    /// <summary>patient_id, PatientID, MRN, nr.</summary>
    internal static bool IsName(string name)
    {
        List<string> words = WordsOf(name);
        string joined = string.Concat(words);
        return words.Exists(word => Words.Contains(word))
            || Array.Exists(Owners, owner => joined == owner + "id" || joined == owner + "no"
                || joined == owner + "number" || joined == owner + "num");
    }

    private static List<string> WordsOf(string name)
    {
        List<string> words = [];
        int start = 0;
        for (int i = 1; i <= name.Length; i++)
        {
            bool boundary = i == name.Length || !char.IsLetterOrDigit(name[i])
                || (char.IsUpper(name[i]) && char.IsLower(name[i - 1]));
            if (boundary)
            {
                words.Add(name[start..i].Trim('_', '-', ' ', '.', ':', '#').ToLowerInvariant());
                start = i;
            }
        }

        return words;
    }
}
