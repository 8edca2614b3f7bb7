using System.Globalization;

namespace SecureFL.Learning.Data.Text;

/// <summary>Cells of written comma-separated files.</summary>
public static class CsvCell
{
    /// <summary>A text as a cell (RFC 4180): in quotes where it holds a comma, a quote or an end of line.</summary>
    public static string Of(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return text.AsSpan().IndexOfAny(",\"\r\n") < 0 ? text
            : '"' + text.Replace("\"", "\"\"", StringComparison.Ordinal) + '"';
    }

    /// <summary>
    /// A name that somebody else chose (a class, column or category) as a cell: one that a spreadsheet would take for a
    /// formula, as it begins with =, +, -, @, their wide forms, a tab or a carriage return, gets an apostrophe before
    /// it. Numbers stay.
    /// </summary>
    public static string OfName(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        bool formula = name.Length > 0
            && "=+-@\t\r\uFF1D\uFF0B\uFF0D\uFF20".Contains(name[0], StringComparison.Ordinal)
            && !double.TryParse(name, NumberStyles.Float, CultureInfo.InvariantCulture, out _);
        return Of(formula ? "'" + name : name);
    }
}
