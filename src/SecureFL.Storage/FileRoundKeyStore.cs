using SecureFL.Aggregation;

namespace SecureFL.Storage;

/// <summary>
/// One file a round, apart from ledger and backups, readable by its owner alone. Erasing overwrites the file, flushes,
/// and deletes it; on media that write elsewhere (SSD, copy-on-write) the old sectors may linger, so the directory
/// belongs on an encrypted or volatile file system. Not thread-safe.
/// </summary>
public sealed class FileRoundKeyStore : IRoundKeyStore
{
    private readonly SecretFiles _files;

    /// <summary>A store in a directory of its own, which is created if it is not there.</summary>
    public FileRoundKeyStore(string directory)
        : this(Directory.CreateDirectory(directory).FullName, FileDevice.Instance)
    {
    }

    internal FileRoundKeyStore(string directory, IFileDevice device) =>
        _files = new SecretFiles(directory, "round-", device);

    /// <inheritdoc/>
    public IReadOnlyList<ulong> Rounds => _files.Numbers;

    /// <inheritdoc/>
    public void Save(ulong round, ReadOnlySpan<byte> privateKey) => _files.Save(round, privateKey);

    /// <inheritdoc/>
    public bool TryLoad(ulong round, Span<byte> privateKey) => _files.TryLoad(round, privateKey);

    /// <inheritdoc/>
    public void Erase(ulong round) => _files.Erase(round);
}
