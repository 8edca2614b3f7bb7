using SecureFL.Storage;

namespace SecureFL.Deployment.Formats;

/// <summary>Files that are there whole or not at all: written beside, flushed to the disk, renamed, and the directory flushed.</summary>
internal static class WholeFile
{
    /// <summary>Replaces the file. New files are readable by their owner only.</summary>
    internal static void Write(string path, ReadOnlySpan<byte> content)
    {
        FileDevice device = FileDevice.Instance;
        string whole = Path.GetFullPath(path);
        string part = whole + ".part";
        using (IDeviceFile file = device.Create(part))
        {
            file.Write(0, content);
            file.Flush();
        }

        device.Rename(part, whole);
        device.FlushDirectory(Path.GetDirectoryName(whole)!);
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
}
