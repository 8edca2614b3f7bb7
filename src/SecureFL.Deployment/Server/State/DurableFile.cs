using SecureFL.Storage;

namespace SecureFL.Deployment.Server.State;

/// <summary>Files that appear whole or not at all: written beside, flushed, renamed, the directory flushed.</summary>
internal static class DurableFile
{
    /// <summary>Replaces the file with what <paramref name="write"/> writes; on a failure the old one stays and nothing is left beside it.</summary>
    public static void Replace(string path, Action<Stream> write)
    {
        string part = path + ".part";
        try
        {
            FileStreamOptions options = new() { Mode = FileMode.Create, Access = FileAccess.Write, Share = FileShare.None, BufferSize = 1 << 16 };
            if (!OperatingSystem.IsWindows())
            {
                options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
            }

            using (FileStream stream = new(part, options))
            {
                write(stream);
                stream.Flush(flushToDisk: true);
            }

            File.Move(part, path, overwrite: true);
        }
        catch
        {
            File.Delete(part);
            throw;
        }

        FileDevice.Instance.FlushDirectory(Path.GetDirectoryName(path)!);
    }
}
