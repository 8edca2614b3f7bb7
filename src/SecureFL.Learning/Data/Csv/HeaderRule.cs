using System.Collections.Immutable;
using System.Globalization;
using SecureFL.Learning.Data.Cells;
using SecureFL.Learning.Data.Tables;
using SecureFL.Messages.Text;

namespace SecureFL.Learning.Data.Csv;

/// <summary>
/// Decides whether the first record of a file names the columns, by comparing it with what stands below: a word over
/// numbers is a name, a number over numbers and a word that comes again below it are data. Where the cells of one line
/// disagree the file is refused, never read one way in silence.
/// </summary>
public static class HeaderRule
{
    private const int RowsLookedAt = 2000;

    private enum Vote
    {
        Unknown,
        Name,
        PerhapsName,
        Data,
    }

    /// <summary>Whether <paramref name="rows"/> start with names.</summary>
    /// <exception cref="DataFormatException">The first record is partly names and partly data.</exception>
    public static bool HasHeader(string source, IReadOnlyList<RawRow> rows)
    {
        ArgumentNullException.ThrowIfNull(rows);
        RawRow first = rows[0];
        Vote[] votes = [.. Enumerable.Range(0, first.Cells.Length).Select(c => Judge(rows, c))];
        int names = votes.Count(vote => vote == Vote.Name);
        int data = votes.Count(vote => vote == Vote.Data);
        int perhaps = votes.Count(vote => vote == Vote.PerhapsName);
        if (names > data)
        {
            return true;
        }

        if (names > 0)
        {
            int odd = Array.IndexOf(votes, Vote.Data);
            int name = Array.IndexOf(votes, Vote.Name);
            throw Unclear(source, first, odd,
                $"'{first.Cells[odd]}' looks like data, '{first.Cells[name]}' in the same line like a name");
        }

        if (data == 0)
        {
            return perhaps > 0;
        }

        if (rows.Count > 1 && data == votes.Length && IsCount(first.Cells))
        {
            throw Unclear(source, first, 0, "the first line counts its columns");
        }

        return data >= perhaps || rows.Count == 1
            ? false
            : throw Unclear(source, first, Array.IndexOf(votes, Vote.Data),
                $"'{first.Cells[Array.IndexOf(votes, Vote.Data)]}' looks like data, the rest of the line like names");
    }

    /// <summary>The names that <paramref name="header"/> gives.</summary>
    /// <exception cref="DataFormatException">An empty name, or one that two columns have.</exception>
    public static ImmutableArray<string> Names(string source, RawRow header)
    {
        HashSet<string> names = new(StringComparer.Ordinal);
        for (int i = 0; i < header.Cells.Length; i++)
        {
            string name = header.Cells[i];
            string number = (i + 1).ToString(CultureInfo.InvariantCulture);
            if (name.Length == 0)
            {
                throw new DataFormatException(
                    source, "the header has no name here", header.Line, number,
                    wayOut: "give the column a name in the file, or remove it");
            }

            if (PrintableText.FaultOf(name) is string fault)
            {
                throw new DataFormatException(source, $"the header's name here {fault}", header.Line, number);
            }

            if (!names.Add(name))
            {
                throw new DataFormatException(
                    source, $"the header names two columns '{name}'", header.Line, number,
                    wayOut: "give each column a name of its own in the file");
            }
        }

        return [.. header.Cells];
    }

    private static Vote Judge(IReadOnlyList<RawRow> rows, int column)
    {
        string cell = rows[0].Cells[column];
        if (MissingValue.Is(cell))
        {
            return Vote.Unknown;
        }

        int present = 0;
        int numbers = 0;
        bool again = false;
        for (int r = 1; r < rows.Count && r <= RowsLookedAt; r++)
        {
            string below = rows[r].Cells[column];
            if (rows[r].Cells[0] == rows[0].Cells[0] && rows[r].Cells.AsSpan().SequenceEqual(rows[0].Cells))
            {
                continue;
            }

            if (!MissingValue.Is(below) && !MissingValue.IsMarker(below))
            {
                present++;
                numbers += IsNumber(below) ? 1 : 0;
                again |= below == cell;
            }
        }

        if (IsNumber(cell))
        {
            return numbers * 2 >= present ? Vote.Data : Vote.PerhapsName;
        }

        bool word = cell.Any(char.IsLetter) && !MissingValue.IsMarker(cell) && !StartsLikeNumber(cell);
        bool overNumbers = present > 0 && numbers >= 0.8 * present;
        return overNumbers ? word ? Vote.Name : Vote.Unknown : again ? Vote.Data : word ? Vote.PerhapsName
            : Vote.Unknown;
    }

    private static bool IsNumber(string cell) => NumberShapes.Of(cell, out _) != NumberShape.None
        || NumberFormat.Plain.TryParse(cell, out _);

    /// <summary>&lt;0.5, 12mg, +inf: a measurement that is no plain number.</summary>
    private static bool StartsLikeNumber(string cell) =>
        cell.TrimStart('<', '>', '=', '~', '+', '-', ' ') is { } rest
        && ((rest.Length > 0 && rest.Length < cell.Length && char.IsAsciiDigit(rest[0]))
            || rest.StartsWith("inf", StringComparison.OrdinalIgnoreCase));

    private static bool IsCount(string[] cells) =>
        cells.Length >= 3 && int.TryParse(cells[0], NumberStyles.None, CultureInfo.InvariantCulture, out int start)
        && start is 0 or 1
        && cells.Select((cell, i) => cell == (start + i).ToString(CultureInfo.InvariantCulture)).All(fits => fits);

    private static DataFormatException Unclear(string source, RawRow first, int column, string problem) => new(
        source,
        $"unclear whether this line names the columns: {problem}",
        first.Line,
        (column + 1).ToString(CultureInfo.InvariantCulture),
        wayOut: "--header yes if the line names the columns, --header no if it is data");
}
