using System.Globalization;
using System.Security.Cryptography;
using SecureFL.Aggregation;

namespace SecureFL.Storage;

/// <summary>
/// One file a round, apart from ledger and backups, readable by its owner alone. Erasing overwrites the file, flushes, and deletes it; on media that
/// write elsewhere (SSD, copy-on-write) the old sectors may linger, so the directory belongs on an encrypted or volatile file system. Not thread-safe.
/// </summary>
public sealed class FileRoundKeyStore : IRoundKeyStore
{
    private const string Prefix = "round-";
    private const string Suffix = ".key";
    private const string Draft = ".new";
    private readonly string _directory;
    private readonly IFileDevice _device;

    /// <summary>A store in a directory of its own, which is created if it is not there.</summary>
    public FileRoundKeyStore(string directory)
        : this(Directory.CreateDirectory(directory).FullName, FileDevice.Instance)
    {
    }

    internal FileRoundKeyStore(string directory, IFileDevice device)
    {
        _directory = directory;
        _device = device;
        foreach (string path in device.List(directory).Where(path => path.EndsWith(Draft, StringComparison.Ordinal)))
        {
            Destroy(path);
        }
    }

    /// <inheritdoc/>
    public IReadOnlyList<ulong> Rounds =>
    [
        .. _device.List(_directory)
            .Select(path => Path.GetFileName(path)!)
            .Where(name => name.StartsWith(Prefix, StringComparison.Ordinal) && name.EndsWith(Suffix, StringComparison.Ordinal))
            .Select(name => ulong.Parse(name.AsSpan(Prefix.Length, name.Length - Prefix.Length - Suffix.Length), NumberStyles.None, CultureInfo.InvariantCulture)),
    ];

    /// <inheritdoc/>
    public void Save(ulong round, ReadOnlySpan<byte> privateKey)
    {
        Erase(round);
        string path = PathOf(round);
        using (IDeviceFile file = _device.Create(path + Draft))
        {
            file.Write(0, privateKey);
            file.Flush();
        }

        _device.Rename(path + Draft, path);
        _device.FlushDirectory(_directory);
    }

    /// <inheritdoc/>
    public bool TryLoad(ulong round, Span<byte> privateKey)
    {
        string path = PathOf(round);
        if (!_device.Exists(path))
        {
            return false;
        }

        byte[] content = _device.Read(path);
        bool whole = content.Length == privateKey.Length;
        if (whole)
        {
            content.CopyTo(privateKey);
        }

        CryptographicOperations.ZeroMemory(content);
        return whole;
    }

    /// <inheritdoc/>
    public void Erase(ulong round)
    {
        string path = PathOf(round);
        if (_device.Exists(path))
        {
            Destroy(path);
        }
    }

    private void Destroy(string path)
    {
        using (IDeviceFile file = _device.OpenExclusive(path))
        {
            file.Write(0, new byte[file.Length]);
            file.Flush();
        }

        _device.Delete(path);
        _device.FlushDirectory(_directory);
    }

    private string PathOf(ulong round) => Path.Combine(_directory, string.Create(CultureInfo.InvariantCulture, $"{Prefix}{round:D20}{Suffix}"));
}
