namespace SecureFL.Federated.Data.Text;

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
}
