using System.IO.Compression;
using SecureFL.Learning.Data.Files;

namespace SecureFL.Learning.Data.Tensors;

/// <summary>
/// Reads and writes NumPy's <c>.npz</c>: a zip archive of <c>.npy</c> members. Stateless and thread-safe.
/// </summary>
public static class NumpyArchive
{
    private const string MemberSuffix = ".npy";
    private const int MaxMembers = 10_000;

    /// <summary>Reads every array of a seekable <paramref name="stream"/>, by its name without the suffix.</summary>
    /// <exception cref="DataFormatException">No zip archive, two members of one name, a member that is no array, or
    /// more than <see cref="UnpackLimit"/>.</exception>
    public static IReadOnlyDictionary<string, TensorData> Read(Stream stream, string source)
    {
        ArgumentNullException.ThrowIfNull(stream);
        Dictionary<string, TensorData> arrays = new(StringComparer.Ordinal);
        try
        {
            using ZipArchive archive = new(stream, ZipArchiveMode.Read, leaveOpen: true);
            if (archive.Entries.Count > MaxMembers)
            {
                throw new DataFormatException(source,
                    $"{archive.Entries.Count} members, at most {MaxMembers} are accepted");
            }

            long unpacked = 0;
            foreach (ZipArchiveEntry entry in archive.Entries)
            {
                using (Stream part = entry.Open())
                {
                    unpacked = UnpackLimit.Count(part, source, stream.Length, unpacked,
                        "write it with numpy.savez, which does not pack");
                }

                string name = entry.FullName.EndsWith(MemberSuffix, StringComparison.Ordinal)
                    ? entry.FullName[..^MemberSuffix.Length] : entry.FullName;
                using Stream member = entry.Open();
                if (!arrays.TryAdd(name, NumpyFile.Read(member, $"{source}:{entry.FullName}")))
                {
                    throw new DataFormatException(source, $"two members are called {name}");
                }
            }
        }
        catch (InvalidDataException fault)
        {
            throw new DataFormatException(source, "not a .npz archive, or a damaged one", inner: fault);
        }

        return arrays;
    }

    /// <summary>Writes the arrays, uncompressed and without dates, so that equal arrays give equal bytes.</summary>
    public static void Write(Stream stream, IEnumerable<KeyValuePair<string, TensorData>> arrays)
    {
        ArgumentNullException.ThrowIfNull(arrays);
        using ZipArchive archive = new(stream, ZipArchiveMode.Create, leaveOpen: true);
        foreach ((string name, TensorData tensor) in arrays)
        {
            ZipArchiveEntry entry = archive.CreateEntry(name + MemberSuffix, CompressionLevel.NoCompression);
            entry.LastWriteTime = new DateTimeOffset(1980, 1, 1, 0, 0, 0, TimeSpan.Zero);
            using Stream member = entry.Open();
            NumpyFile.Write(member, tensor);
        }
    }
}
