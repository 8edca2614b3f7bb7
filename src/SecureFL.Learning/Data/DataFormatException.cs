namespace SecureFL.Learning.Data;

/// <summary>
/// A data file does not say what it should: names the file, and where known the line and the column, so that its owner
/// can find the spot.
/// </summary>
public sealed class DataFormatException : FormatException
{
    /// <summary>
    /// A fault in <paramref name="source"/>, at <paramref name="line"/> (1-based) and <paramref name="column"/> where
    /// they are known.
    /// </summary>
    public DataFormatException(
        string source, string problem, long? line = null, string? column = null, Exception? inner = null,
        string? wayOut = null)
        : base(Describe(source, problem, line, column), inner)
    {
        WayOut = wayOut;
        Source = source;
        Problem = problem;
        Line = line;
        Column = column;
    }

    /// <summary>What is wrong, without the place.</summary>
    public string Problem { get; }

    /// <summary>The physical line, counted from 1, where the record starts.</summary>
    public long? Line { get; }

    /// <summary>The column's name, or its 1-based number where it has none.</summary>
    public string? Column { get; }

    /// <summary>What its owner can do about it, in words that fit this case; null for nothing in particular.</summary>
    public string? WayOut { get; }

    private static string Describe(string source, string problem, long? line, string? column)
    {
        string place = source;
        if (line is not null)
        {
            place += $", line {line}";
        }

        if (column is not null)
        {
            place += $", column {column}";
        }

        return $"{place}: {problem}";
    }
}
