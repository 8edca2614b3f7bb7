using System.Collections.Immutable;
using SecureFL.Consortium.Plans.Descriptions;
using SecureFL.Learning.Data;
using SecureFL.Learning.Data.Csv;
using SecureFL.Learning.Data.Schemas;

namespace SecureFL.Cli.Sites;

/// <summary>Where the sites' rows come from and what their columns mean.</summary>
internal sealed record SiteSettings
{
    /// <summary>Files; several are one site each.</summary>
    internal required ImmutableArray<string> Data { get; init; }

    /// <summary>The columns as they were agreed on; null to find them in the tables.</summary>
    internal TableSchema? Schema { get; init; }

    /// <summary>What is said of the columns.</summary>
    internal ColumnTerms Columns { get; init; } = new();

    /// <summary>The label column, by name or index; null for array files, which have labels of their own.</summary>
    internal string? Label => Schema?.Label.Name ?? Columns.Label;

    /// <summary>The column that names each row's site.</summary>
    internal string? SiteColumn { get; init; }

    /// <summary>The column that says train or test.</summary>
    internal string? SplitColumn { get; init; }

    /// <summary>A file of test rows.</summary>
    internal string? TestFile { get; init; }

    /// <summary>The share of each site's rows to test on.</summary>
    internal double TestFraction { get; init; }

    /// <summary>How CSV files are read.</summary>
    internal CsvReadOptions Csv { get; init; } = CsvReadOptions.Default;

    /// <summary>Sites to split one file into; 0 for none.</summary>
    internal int Sites { get; init; }

    /// <summary>Concentration of the label skew; null for a split by chance alone.</summary>
    internal double? Dirichlet { get; init; }

    /// <summary>
    /// Fewest rows of a site that <see cref="Dirichlet"/> may deal; null for a quarter of the mean, 1 to 20.
    /// </summary>
    internal int? MinSiteRows { get; init; }

    /// <summary>The seed of splits.</summary>
    internal ulong Seed { get; init; } = 1;

    /// <summary>Real targets although the label has few values.</summary>
    internal LearningTask? Task { get; init; }

    /// <summary>The task that the model is for, which the labels of arrays are read by; null to find it out.</summary>
    internal LearningTask? ModelTask { get; init; }

    /// <summary>What inference needs of it; columns that name sites and splits are no features.</summary>
    internal SchemaOptions ToSchemaOptions() => Columns.ToSchemaOptions(Task) with
    {
        Ignore = [.. Columns.Ignore, .. new[] { SiteColumn, SplitColumn }.OfType<string>()],
    };
}
