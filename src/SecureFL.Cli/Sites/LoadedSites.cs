using SecureFL.Learning.Data.Datasets;
using SecureFL.Learning.Data.Schemas;

namespace SecureFL.Cli.Sites;

/// <summary>One site's rows, not scaled yet.</summary>
/// <param name="Name">The site.</param>
/// <param name="Train">Rows to train on.</param>
/// <param name="Test">Rows to test on, null for none.</param>
internal sealed record LoadedSite(string Name, RawDataset Train, RawDataset? Test);

/// <summary>All sites' rows, not scaled yet.</summary>
/// <param name="Sites">The sites in order.</param>
/// <param name="CommonTest">Test rows that belong to no site, null for none.</param>
/// <param name="Schema">The columns; null for array files.</param>
/// <param name="Notes">What people should know: rows left out, cells filled in.</param>
internal sealed record LoadedSites(IReadOnlyList<LoadedSite> Sites, RawDataset? CommonTest, TableSchema? Schema,
    IReadOnlyList<string> Notes);
