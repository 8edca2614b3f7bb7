using SecureFL.Cli.Shell;

namespace SecureFL.Cli.Demo;

/// <summary>
/// The folder of a demonstration: empty, or with <c>--overwrite</c> one that an earlier demonstration filled.
/// </summary>
internal static class DemoFolder
{
    private const string Mark = ".securefl-demo";

    /// <summary>Takes the folder, creating it if there is none.</summary>
    /// <exception cref="CliException">Something is in it that no demonstration made, or something that one made and
    /// nobody asked to remove.</exception>
    internal static void Take(DirectoryInfo folder, bool overwrite)
    {
        if (File.Exists(folder.FullName))
        {
            throw new CliException(ExitCode.Usage, $"{folder.FullName} is a file, --output needs a folder",
                "name another one");
        }

        string mark = Path.Combine(folder.FullName, Mark);
        bool filled = folder.Exists && folder.EnumerateFileSystemInfos().Any();
        if (filled && !(overwrite && File.Exists(mark)))
        {
            throw new CliException(
                ExitCode.Usage,
                $"{folder.FullName} is not empty",
                File.Exists(mark) ? "another --output keeps what is there, --overwrite removes it"
                    : "name another folder: what is there is of no demo, and is not removed");
        }

        if (filled)
        {
            folder.Delete(recursive: true);
        }

        folder.Create();
        File.WriteAllText(mark,
            "made by securefl demo, which removes this folder when it is asked to with --overwrite\n");
    }
}
