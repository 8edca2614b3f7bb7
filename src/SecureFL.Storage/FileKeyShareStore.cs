using SecureFL.Aggregation;

namespace SecureFL.Storage;

/// <summary>
/// One file a key epoch with this holder's share of the joint key and its smudging secret, apart from ledger and
/// backups, readable by its owner alone. A share lives as long as its key: protect the directory like a signing key.
/// Erasing overwrites the file, flushes, and deletes it. Not thread-safe.
/// </summary>
public sealed class FileKeyShareStore : IKeyShareStore
{
    private readonly SecretFiles _files;

    /// <summary>A store in a directory of its own, which is created if it is not there.</summary>
    public FileKeyShareStore(string directory)
        : this(Directory.CreateDirectory(directory).FullName, FileDevice.Instance)
    {
    }

    internal FileKeyShareStore(string directory, IFileDevice device) =>
        _files = new SecretFiles(directory, "epoch-", device);

    /// <inheritdoc/>
    public IReadOnlyList<ulong> Epochs => _files.Numbers;

    /// <inheritdoc/>
    public void Save(ulong epoch, ReadOnlySpan<byte> share) => _files.Save(epoch, share);

    /// <inheritdoc/>
    public bool TryLoad(ulong epoch, Span<byte> share) => _files.TryLoad(epoch, share);

    /// <inheritdoc/>
    public void Erase(ulong epoch) => _files.Erase(epoch);
}
