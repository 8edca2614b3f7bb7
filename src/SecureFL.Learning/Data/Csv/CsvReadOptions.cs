namespace SecureFL.Learning.Data.Csv;

/// <summary>Whether the first record of a file names the columns.</summary>
public enum HeaderMode
{
    /// <summary>
    /// It does when it names what stands below it (<see cref="HeaderRule"/>); where that is unclear the file is
    /// refused.
    /// </summary>
    Detect,

    /// <summary>It does.</summary>
    Present,

    /// <summary>It does not: columns are called <c>c0</c>, <c>c1</c>, ...</summary>
    Absent,
}

/// <summary>How to read a delimited text file.</summary>
public sealed record CsvReadOptions
{
    /// <summary>Stands for "no groups" in <see cref="Thousands"/>.</summary>
    public const char NoThousands = '\0';

    /// <summary>Reads with detection of everything.</summary>
    public static CsvReadOptions Default { get; } = new();

    /// <summary>The header rule.</summary>
    public HeaderMode Header { get; init; } = HeaderMode.Detect;

    /// <summary>The field separator, or null to detect one of comma, semicolon, tab and vertical bar.</summary>
    public char? Separator { get; init; }

    /// <summary>A point or a comma before the fraction of numbers, or null to detect it.</summary>
    public char? Decimal { get; init; }

    /// <summary>
    /// The character between groups of three digits, <see cref="NoThousands"/> for none, or null to detect it.
    /// </summary>
    public char? Thousands { get; init; }

    /// <summary>The name of the file's character encoding, or null to detect it.</summary>
    public string? Encoding { get; init; }

    /// <summary>Most columns accepted.</summary>
    public int MaxColumns { get; init; } = 100_000;

    /// <summary>Most bytes of one record: a quote that is never closed ends here.</summary>
    public int MaxRecordBytes { get; init; } = 1 << 24;
}
