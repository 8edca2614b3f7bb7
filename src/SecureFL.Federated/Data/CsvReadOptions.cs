namespace SecureFL.Federated.Data;

/// <summary>Whether the first record of a file names the columns.</summary>
public enum HeaderMode
{
    /// <summary>It does when every cell of it is filled, none is a number, and no two are equal.</summary>
    Detect,

    /// <summary>It does.</summary>
    Present,

    /// <summary>It does not: columns are called <c>c0</c>, <c>c1</c>, ...</summary>
    Absent,
}

/// <summary>How to read a delimited text file.</summary>
public sealed record CsvReadOptions
{
    /// <summary>Reads with detection of separator and header.</summary>
    public static CsvReadOptions Default { get; } = new();

    /// <summary>The header rule.</summary>
    public HeaderMode Header { get; init; } = HeaderMode.Detect;

    /// <summary>The field separator, or null to detect one of comma, semicolon, tab and vertical bar.</summary>
    public char? Separator { get; init; }

    /// <summary>The decimal separator of numbers.</summary>
    public char DecimalSeparator { get; init; } = '.';

    /// <summary>Most columns accepted.</summary>
    public int MaxColumns { get; init; } = 100_000;

    /// <summary>Most bytes of one record: a quote that is never closed ends here.</summary>
    public int MaxRecordBytes { get; init; } = 1 << 24;
}
