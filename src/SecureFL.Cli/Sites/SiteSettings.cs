using System.Collections.Immutable;
using SecureFL.Federated.Data;

namespace SecureFL.Cli.Sites;

/// <summary>Where the sites' rows come from and what their columns mean.</summary>
internal sealed record SiteSettings
{
    /// <summary>Files; several are one site each.</summary>
    internal required ImmutableArray<string> Data { get; init; }

    /// <summary>The columns as they were agreed on; null to find them in the tables.</summary>
    internal TableSchema? Schema { get; init; }

    /// <summary>The label column, by name or index; null for array files, which have labels of their own.</summary>
    internal string? Label { get; init; }

    /// <summary>The column that names each row's site.</summary>
    internal string? SiteColumn { get; init; }

    /// <summary>The column that says train or test.</summary>
    internal string? SplitColumn { get; init; }

    /// <summary>A file of test rows.</summary>
    internal string? TestFile { get; init; }

    /// <summary>The share of each site's rows to test on.</summary>
    internal double TestFraction { get; init; }

    /// <summary>Columns that are no features.</summary>
    internal ImmutableArray<string> Ignore { get; init; } = [];

    /// <summary>Features although they look like identifiers.</summary>
    internal ImmutableArray<string> Keep { get; init; } = [];

    /// <summary>Columns in which every letter's case tells values apart.</summary>
    internal ImmutableArray<string> Exact { get; init; } = [];

    /// <summary>The label's values in their order; empty to find them.</summary>
    internal ImmutableArray<string> Classes { get; init; } = [];

    /// <summary>Cells that mean "missing" beside the usual ones.</summary>
    internal ImmutableArray<string> MissingValues { get; init; } = [];

    /// <summary>The order of day and month where cells leave it open; null refuses.</summary>
    internal DateReading? Dates { get; init; }

    /// <summary>Categories that a column keeps; null refuses columns with more than 100.</summary>
    internal int? MaxCategories { get; init; }

    /// <summary>Rows of all sites together that a category needs.</summary>
    internal int MinCategoryCount { get; init; } = 1;

    /// <summary>Number columns that are categories.</summary>
    internal ImmutableArray<string> Categorical { get; init; } = [];

    /// <summary>Makes the label binary: 1 above this.</summary>
    internal double? LabelThreshold { get; init; }

    /// <summary>The rule for missing features.</summary>
    internal MissingPolicy Missing { get; init; } = MissingPolicy.Impute;

    /// <summary>How CSV files are read.</summary>
    internal CsvReadOptions Csv { get; init; } = CsvReadOptions.Default;

    /// <summary>Sites to split one file into; 0 for none.</summary>
    internal int Sites { get; init; }

    /// <summary>Concentration of the label skew; null for a split by chance alone.</summary>
    internal double? Dirichlet { get; init; }

    /// <summary>Fewest rows of a site that <see cref="Dirichlet"/> may deal; null for a quarter of the mean, 1 to 20.</summary>
    internal int? MinSiteRows { get; init; }

    /// <summary>The seed of splits.</summary>
    internal ulong Seed { get; init; } = 1;

    /// <summary>Real targets although the label has few values.</summary>
    internal LearningTask? Task { get; init; }

    /// <summary>What inference needs of it; columns that name sites and splits are no features.</summary>
    internal SchemaOptions ToSchemaOptions() => new()
    {
        Label = Label!,
        Ignore = [.. Ignore, .. new[] { SiteColumn, SplitColumn }.OfType<string>()],
        Keep = Keep,
        Categorical = Categorical,
        Exact = Exact,
        Classes = Classes,
        LabelThreshold = LabelThreshold,
        Missing = Missing,
        MissingValues = MissingValues,
        Dates = Dates,
        MaxCategories = MaxCategories,
        Task = Task,
    };
}
