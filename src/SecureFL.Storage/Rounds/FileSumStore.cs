using System.Globalization;
using SecureFL.Protocol.Stores;
using SecureFL.Storage.Devices;

namespace SecureFL.Storage.Rounds;

/// <summary>
/// Summed ciphertexts of undecided rounds on disk: DIR/round-R/sum-G.bin, chunks one after the other. No secret, and
/// not flushed: what a crash ate is sent again, and whatever comes back is hashed before it is used. Thread-safe.
/// </summary>
public sealed class FileSumStore : ISumStore
{
    private readonly string _directory;
    private readonly Lock _lock = new();

    /// <summary>A store in a directory of its own, which is created if it is not there.</summary>
    public FileSumStore(string directory) => _directory = Directory.CreateDirectory(directory).FullName;

    /// <inheritdoc/>
    public void Write(ulong round, int group, long chunk, ReadOnlySpan<byte> packed)
    {
        lock (_lock)
        {
            string path = PathOf(round, group);
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            using Microsoft.Win32.SafeHandles.SafeFileHandle file =
                File.OpenHandle(path, FileMode.OpenOrCreate, FileAccess.Write, FileShare.Read);
            FileWriting.Write(file, packed, checked(chunk * packed.Length));
        }
    }

    /// <inheritdoc/>
    public bool TryRead(ulong round, int group, long chunk, Span<byte> packed)
    {
        lock (_lock)
        {
            string path = PathOf(round, group);
            if (!File.Exists(path))
            {
                return false;
            }

            using Microsoft.Win32.SafeHandles.SafeFileHandle file = File.OpenHandle(path);
            return RandomAccess.Read(file, packed, checked(chunk * packed.Length)) == packed.Length;
        }
    }

    /// <inheritdoc/>
    public void Remove(ulong round)
    {
        lock (_lock)
        {
            string folder = FolderOf(round);
            if (Directory.Exists(folder))
            {
                Directory.Delete(folder, recursive: true);
            }
        }
    }

    private string FolderOf(ulong round) =>
        Path.Combine(_directory, string.Create(CultureInfo.InvariantCulture, $"round-{round}"));

    private string PathOf(ulong round, int group) =>
        Path.Combine(FolderOf(round), string.Create(CultureInfo.InvariantCulture, $"sum-{group}.bin"));
}
