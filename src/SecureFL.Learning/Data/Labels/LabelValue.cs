using System.Collections.Immutable;
using SecureFL.Learning.Data.Columns;

namespace SecureFL.Learning.Data.Labels;

/// <summary>A value of the label over all files.</summary>
/// <param name="Text">In its one spelling.</param>
/// <param name="Rows">That have it.</param>
/// <param name="Source">The first file that has it.</param>
/// <param name="Line">The first line there.</param>
internal sealed record LabelValue(string Text, long Rows, string Source, long Line)
{
    /// <summary>All values, the commonest first; words for "no value" are left out.</summary>
    internal static ImmutableArray<LabelValue> Of(ColumnFacts label) =>
    [
        .. label.Sites
            .SelectMany(
                site => WideCodes.Values(site).Select(pair => (Text: pair.Key, At: pair.Value))
                .Concat(site.Texts.Counts.Select(pair => (Text: pair.Key, At: pair.Value)))
                .Select(value => (value.Text, value.At, site.Source)))
            .GroupBy(value => value.Text, StringComparer.Ordinal)
            .Select(
                group => new LabelValue(group.Key, group.Sum(value => (long)value.At.Count),
                    group.First().At.Source ?? group.First().Source, group.First().At.Line))
            .OrderByDescending(value => value.Rows).ThenBy(value => value.Text, StringComparer.Ordinal),
    ];
}
