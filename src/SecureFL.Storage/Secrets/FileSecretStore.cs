using System.Globalization;
using System.Security.Cryptography;
using SecureFL.Protocol.Stores;
using SecureFL.Storage.Devices;

namespace SecureFL.Storage.Secrets;

/// <summary>
/// Small secrets by number, one file each, readable by its owner alone. A file appears whole or not at all. Erasing
/// overwrites it, flushes, and deletes it; on media that write elsewhere (SSD, copy-on-write) the old sectors may
/// linger, so the directory belongs on an encrypted or volatile file system, apart from ledger and backups. A share of
/// a joint key lives as long as its key: protect its directory like a signing key. Not thread-safe.
/// </summary>
public sealed class FileSecretStore : ISecretStore
{
    private const string RoundPrefix = "round-";
    private const string EpochPrefix = "epoch-";
    private const string Suffix = ".key";
    private const string Draft = ".new";
    private readonly string _directory;
    private readonly string _prefix;
    private readonly IFileDevice _device;

    /// <summary>The secrets of a directory; drafts that an earlier process left are destroyed.</summary>
    /// <param name="directory">The directory, which exists.</param>
    /// <param name="prefix">What the files' names begin with.</param>
    /// <param name="device">The file system.</param>
    private FileSecretStore(string directory, string prefix, IFileDevice device)
    {
        _directory = directory;
        _prefix = prefix;
        _device = device;
        foreach (string path in device.List(directory)
            .Where(path => Path.GetFileName(path).StartsWith(prefix, StringComparison.Ordinal)
                && path.EndsWith(Draft, StringComparison.Ordinal)))
        {
            Destroy(path);
        }
    }

    /// <inheritdoc/>
    public IReadOnlyList<ulong> Numbers =>
    [
        .. _device.List(_directory)
            .Select(path => Path.GetFileName(path)!)
            .Where(name => name.StartsWith(_prefix, StringComparison.Ordinal)
                && name.EndsWith(Suffix, StringComparison.Ordinal))
            .Select(
                name => ulong.Parse(name.AsSpan(_prefix.Length, name.Length - _prefix.Length - Suffix.Length),
                    NumberStyles.None, CultureInfo.InvariantCulture)),
    ];

    /// <summary>A holder's keys of undecided rounds, in a directory that is created if it is not there.</summary>
    public static FileSecretStore OfRoundKeys(string directory) =>
        OfRoundKeys(Directory.CreateDirectory(directory).FullName, FileDevice.Instance);

    /// <summary>A holder's shares of joint keys, in a directory that is created if it is not there.</summary>
    public static FileSecretStore OfKeyShares(string directory) =>
        new(Directory.CreateDirectory(directory).FullName, EpochPrefix, FileDevice.Instance);

    internal static FileSecretStore OfRoundKeys(string directory, IFileDevice device) =>
        new(directory, RoundPrefix, device);

    /// <inheritdoc/>
    public void Save(ulong number, ReadOnlySpan<byte> secret)
    {
        Erase(number);
        string path = PathOf(number);
        using (IDeviceFile file = _device.Create(path + Draft))
        {
            file.Write(0, secret);
            file.Flush();
        }

        _device.Rename(path + Draft, path);
        _device.FlushDirectory(_directory);
    }

    /// <inheritdoc/>
    public bool TryLoad(ulong number, Span<byte> secret)
    {
        string path = PathOf(number);
        if (!_device.Exists(path))
        {
            return false;
        }

        byte[] content = _device.Read(path);
        bool whole = content.Length == secret.Length;
        if (whole)
        {
            content.CopyTo(secret);
        }

        CryptographicOperations.ZeroMemory(content);
        return whole;
    }

    /// <inheritdoc/>
    public void Erase(ulong number)
    {
        string path = PathOf(number);
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

    private string PathOf(ulong number) =>
        Path.Combine(_directory, string.Create(CultureInfo.InvariantCulture, $"{_prefix}{number:D20}{Suffix}"));
}
