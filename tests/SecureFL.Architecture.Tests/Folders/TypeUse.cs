namespace SecureFL.Architecture.Tests.Folders;

/// <summary>A file that names a type which another file declares; paths as the sources were given.</summary>
internal sealed record TypeUse(string From, string To, string Type)
{
    internal string FromFolder => FolderOf(From);

    internal string ToFolder => FolderOf(To);

    private static string FolderOf(string path) => path[..Math.Max(0, path.LastIndexOf('/'))];
}
