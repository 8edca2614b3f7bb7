using System.Collections.Immutable;
using System.Globalization;
using SecureFL.Learning.Data.Cells;
using SecureFL.Learning.Data.Columns;
using SecureFL.Learning.Data.Text;

namespace SecureFL.Learning.Data.Labels;

/// <summary>
/// Labels that one slip of a key would turn into another study: a 0.5 or a 10 in a label of 0 and 1, a row of means
/// below the table, a class that only the test rows have.
/// </summary>
internal static class OddLabelRule
{
    private const int LeastRows = 20;

    /// <summary>Most rows of an odd value that could be a class of its own.</summary>
    private const int FewRows = 2;

    /// <summary>Most share of odd cells.</summary>
    private const double OddShare = 0.01;

    /// <summary>Least rows of the rarer of the two usual values for each odd one.</summary>
    private const int Rarer = 5;

    /// <summary>Refuses a label of two values in nearly all rows and of something else in a few.</summary>
    /// <exception cref="DataFormatException">Names the first odd cell.</exception>
    internal static void CheckTwoValues(ColumnFacts label, ImmutableArray<LabelValue> values)
    {
        long rows = values.Sum(value => value.Rows);
        LabelValue[] odd = [.. values.Skip(2)];
        long cells = odd.Sum(value => value.Rows);
        bool numbers = IsNumber(values[0].Text) && values.Length > 1 && IsNumber(values[1].Text);
        bool few = cells <= Math.Max(FewRows, OddShare * rows)
            && Array.TrueForAll(odd, value => value.Rows <= FewRows || (numbers && IsFraction(value.Text)));
        if (odd.Length == 0 || rows < LeastRows || !few || values[1].Rows < Rarer * cells)
        {
            return;
        }

        LabelValue first = odd[0];
        string[] usual = [.. values.Take(2).Select(value => value.Text).Order(StringComparer.Ordinal)];
        string more = odd.Length == 1 ? ""
            : $", and so are {Quoted.List(odd.Skip(1).Select(value => Quoted.Text(value.Text)))}";
        string classes = string.Join(',', label.AllValues().Where(text => values.Any(value => value.Text == text)));
        throw new DataFormatException(
            first.Source,
            string.Create(
                CultureInfo.InvariantCulture,
                $"the label is {usual[0]} or {usual[1]} in {rows - cells} of {rows} rows, and "
                + $"{Quoted.Text(first.Text)} is neither{more}"),
            first.Line,
            label.Name,
            wayOut: "correct the cell, or empty it to leave its row out (is it a row of totals or means?)"
                + (classes.Length <= 100 ? $"; --classes {Quoted.Argument(classes)} where it is a class"
                    : "; --classes where they are classes")
                + (label.Texts == 0 ? "; --model linear where the label is a number to predict" : ""));
    }

    /// <summary>Refuses a class of which only the test rows have one: no model could learn it.</summary>
    /// <param name="label">The training files' label, then the test file's.</param>
    /// <param name="training">How many of its sites are training files.</param>
    /// <param name="classes">The classes that were found.</param>
    /// <exception cref="DataFormatException">Names the first such row.</exception>
    internal static void CheckTestOnly(ColumnFacts label, int training, ImmutableArray<string> classes)
    {
        HashSet<string> known = [.. label.Sites.Take(training).SelectMany(site => ColumnFacts.Values(site).Keys)];
        HashSet<string> named = [.. classes.Select(TruthWord.Fold)];
        foreach (ColumnProfile test in label.Sites.Skip(training))
        {
            foreach ((string text, ValueCount where) in ColumnFacts.Values(test).OrderBy(pair => pair.Value.Line))
            {
                if (named.Contains(text) && !known.Contains(text))
                {
                    throw new DataFormatException(
                        where.Source ?? test.Source,
                        $"the class {Quoted.Text(text)} stands in the test rows alone: no training row has "
                        + $"it, so that no model can learn it",
                        where.Line,
                        label.Name,
                        wayOut: "correct the cell, take such rows out of the test rows, or add training rows of the "
                        + "class");
                }
            }
        }
    }

    /// <summary>Points out classes of one or two rows.</summary>
    internal static IEnumerable<string> NoteRare(ColumnFacts label, ImmutableArray<LabelValue> values)
    {
        foreach (LabelValue rare in values.Skip(2).Where(value => value.Rows <= FewRows && values[0].Rows >= LeastRows))
        {
            yield return string.Create(
                CultureInfo.InvariantCulture,
                $"label {label.Name}: the class {Quoted.Text(rare.Text)} has {rare.Rows} "
                + $"{(rare.Rows == 1 ? "row" : "rows")} ({rare.Source}, line {rare.Line}), the largest "
                + $"{values[0].Rows}: too few to learn; is it a slip?");
        }
    }

    private static bool IsNumber(string text) => NumberFormat.Plain.TryParse(text, out _);

    private static bool IsFraction(string text) =>
        NumberFormat.Plain.TryParse(text, out double number) && number != Math.Floor(number);
}
