namespace SecureFL.Learning.Data.Files;

/// <summary>How a file is read.</summary>
public enum FileFormat
{
    /// <summary>Delimited text.</summary>
    Text,

    /// <summary>Compressed: another file is inside.</summary>
    Gzip,

    /// <summary>Apache Parquet.</summary>
    Parquet,

    /// <summary>A zip archive, which a workbook (.xlsx) and NumPy archives (.npz) are too.</summary>
    Zip,

    /// <summary>An array of numbers.</summary>
    Array,

    /// <summary>Recognised, and not read by this program.</summary>
    Foreign,
}
