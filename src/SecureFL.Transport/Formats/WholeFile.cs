using SecureFL.Storage.Devices;

namespace SecureFL.Transport.Formats;

/// <summary>
/// Files that are there whole or not at all: written beside, flushed to the disk, renamed, and the directory flushed.
/// </summary>
internal static class WholeFile
{
    /// <summary>Replaces the file with <paramref name="content"/>, of which no copy stays in memory.</summary>
    internal static void Write(string path, ReadOnlySpan<byte> content)
    {
        (string whole, string part) = Paths(path);
        try
        {
            using (FileStream stream = Create(part, ownerOnly: true, bufferSize: 0))
            {
                stream.Write(content);
                stream.Flush(flushToDisk: true);
            }

            File.Move(part, whole, overwrite: true);
        }
        catch
        {
            File.Delete(part);
            throw;
        }

        FileDevice.Instance.FlushDirectory(Path.GetDirectoryName(whole)!);
    }

    /// <summary>
    /// Replaces the file with what <paramref name="write"/> writes; where that fails the old one stays, and nothing is
    /// left beside it.
    /// </summary>
    /// <param name="path">The file.</param>
    /// <param name="write">Writes the content; leaves the stream open.</param>
    /// <param name="ownerOnly">Whether only its owner may read it; otherwise whoever may read new files.</param>
    internal static void Write(string path, Action<Stream> write, bool ownerOnly = true)
    {
        const int BufferSize = 1 << 16;
        (string whole, string part) = Paths(path);
        try
        {
            using (FileStream stream = Create(part, ownerOnly, BufferSize))
            {
                write(stream);
                stream.Flush(flushToDisk: true);
            }

            File.Move(part, whole, overwrite: true);
        }
        catch
        {
            File.Delete(part);
            throw;
        }

        FileDevice.Instance.FlushDirectory(Path.GetDirectoryName(whole)!);
    }

    /// <summary>Reads a file of at most <paramref name="limit"/> bytes.</summary>
    /// <exception cref="FormatException">A longer file: says its length and the limit. Or no ordinary file.</exception>
    internal static byte[] Read(string path, int limit)
    {
        using FileStream stream = OrdinaryFile.Open(path);
        if (stream.Length > limit)
        {
            throw new FormatException($"{path} has {stream.Length} bytes, at most {limit} are read");
        }

        byte[] content = new byte[stream.Length];
        stream.ReadExactly(content);
        return content;
    }

    private static (string Whole, string Part) Paths(string path) =>
        (Path.GetFullPath(path), Path.GetFullPath(path) + ".part");

    private static FileStream Create(string path, bool ownerOnly, int bufferSize)
    {
        FileStreamOptions options = new()
        { Mode = FileMode.Create, Access = FileAccess.Write, Share = FileShare.None, BufferSize = bufferSize };
        if (ownerOnly && !OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        return new FileStream(path, options);
    }
}
