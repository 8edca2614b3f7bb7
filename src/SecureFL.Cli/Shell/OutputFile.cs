namespace SecureFL.Cli.Shell;

/// <summary>Looks at a file that is written at the end of long work before the work begins.</summary>
internal static class OutputFile
{
    /// <summary>Refuses a path that is a folder, or whose folder is missing or takes no file.</summary>
    /// <exception cref="CliException">The path cannot be written.</exception>
    internal static void RequireWritable(FileInfo file)
    {
        string folder = file.DirectoryName!;
        if (Directory.Exists(file.FullName))
        {
            throw new CliException(ExitCode.Environment, $"--output {file.FullName} is a folder",
                "give a file in it");
        }

        if (!Directory.Exists(folder))
        {
            throw new CliException(ExitCode.Environment,
                $"--output {file.FullName}: there is no folder {folder}", "make it, or give another path");
        }

        // The file is written beside its place and moved there: what counts is the folder.
        string probe = Path.Combine(folder, $".securefl-{Guid.NewGuid():N}");
        try
        {
            using (new FileStream(probe, FileMode.CreateNew, FileAccess.Write))
            {
            }

            File.Delete(probe);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw new CliException(ExitCode.Environment,
                $"--output {file.FullName}: the folder {folder} takes no file from this user",
                "check its owner, mode and room, or give another path");
        }
    }
}
