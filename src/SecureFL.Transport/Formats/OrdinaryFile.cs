using System.Formats.Tar;

namespace SecureFL.Transport.Formats;

/// <summary>
/// Files that have an end. Folders, pipes, devices and sockets are named and never opened: reading one may wait for
/// ever. Stateless and thread-safe.
/// </summary>
internal static class OrdinaryFile
{
    /// <summary>Opens a file for reading, shared with other readers.</summary>
    /// <exception cref="FormatException">Not an ordinary file: says what it is.</exception>
    /// <exception cref="FileNotFoundException">There is none.</exception>
    internal static FileStream Open(string path) => SpecialName(path) is string special
        ? throw new FormatException($"{path} is {special}")
        : new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read);

    /// <summary>All bytes of a file.</summary>
    /// <exception cref="FormatException">As <see cref="Open"/>, or 2 GiB and more.</exception>
    internal static byte[] ReadBytes(string path) => WholeFile.Read(path, Array.MaxLength);

    /// <summary>All of a file as ASCII text, as certificates are.</summary>
    /// <exception cref="FormatException">As <see cref="ReadBytes"/>.</exception>
    internal static string ReadText(string path) => System.Text.Encoding.ASCII.GetString(ReadBytes(path));

    /// <summary>
    /// What a path names, in words, where it is no ordinary file; null for one, and for nothing at all. Found without
    /// opening it: the kinds are those of tar.
    /// </summary>
    internal static string? SpecialName(string path)
    {
        if (Directory.Exists(path))
        {
            return "a folder, not a file";
        }

        FileInfo file = new(path);
        if (!file.Exists || file.Length > 0)
        {
            return null;
        }

        string real = File.ResolveLinkTarget(path, returnFinalTarget: true)?.FullName ?? path;
        if (!File.Exists(real))
        {
            return "a pipe or a terminal, not an ordinary file";
        }

        using MemoryStream memory = new();
        try
        {
            using (TarWriter writer = new(memory, TarEntryFormat.Pax, leaveOpen: true))
            {
                writer.WriteEntry(real, "x");
            }
        }
        catch (IOException)
        {
            return "a socket or another special file, not an ordinary one";
        }

        memory.Position = 0;
        using TarReader reader = new(memory);
        return reader.GetNextEntry()?.EntryType switch
        {
            TarEntryType.Fifo => "a pipe, not an ordinary file",
            TarEntryType.CharacterDevice or TarEntryType.BlockDevice => "a device, not an ordinary file",
            _ => null,
        };
    }
}
