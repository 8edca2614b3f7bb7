using SecureFL.Learning.Data.Encoders;

namespace SecureFL.Cli.Sites;

/// <summary>What people should know of a table that was turned into numbers, the same in every command.</summary>
internal static class EncodingNotes
{
    /// <summary>One sentence each, with the file.</summary>
    /// <param name="source">The file.</param>
    /// <param name="encoded">What became of it.</param>
    /// <param name="found">Whether the columns were found in these files, so that what is odd in them was said
    /// then.</param>
    internal static IEnumerable<string> Of(string source, EncodedTable encoded, bool found = false)
    {
        IEnumerable<string> columns = found ? [] : encoded.Remarks.Concat(encoded.UnseenByColumn);
        (int Count, string What)[] facts =
        [
            (encoded.RowsWithoutLabel, "rows left out: no label"),
            (encoded.RowsWithMissing,
                $"rows left out: a feature is missing{(found ? " (--missing impute keeps them)" : "")}"),
            (encoded.ImputedCells, "missing cells filled in (numbers by the mean, categories as unseen)"),
            (found ? encoded.UnseenCells : 0, "cells of a category that was not agreed on"),
        ];
        return columns.Concat(facts.Where(fact => fact.Count > 0)
            .Select(fact => FormattableString.Invariant($"{fact.Count} {fact.What}")))
            .Select(sentence => $"{source}: {sentence}");
    }
}
