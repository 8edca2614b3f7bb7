using System.Globalization;
using SecureFL.Protocol.Stores;
using SecureFL.Protocol.Transcripts;
using SecureFL.Storage.Devices;

namespace SecureFL.Storage.Rounds;

/// <summary>
/// A server's chunks on disk: DIR/round-R/client-C.bin, chunks one after the other; partial decryptions likewise in
/// holder-H-group-G.bin. Memory is nothing but the chunk under way. Not flushed: a client whose upload a crash ate
/// sends again. Not thread-safe.
/// </summary>
public sealed class FileContributionStore : IContributionStore, IPartialDecryptionArchive, IDisposable
{
    private readonly string _directory;
    private readonly Dictionary<int, FileStream> _files = [];
    private readonly Dictionary<(int Holder, int Group), FileStream> _partials = [];

    /// <summary>A store for one round.</summary>
    /// <param name="directory">The directory of all rounds.</param>
    /// <param name="round">The round; what an earlier run left of it is removed.</param>
    public FileContributionStore(string directory, ulong round)
    {
        _directory = RoundDirectory(directory, round);
        if (Directory.Exists(_directory))
        {
            Directory.Delete(_directory, recursive: true);
        }

        Directory.CreateDirectory(_directory);
    }

    /// <inheritdoc/>
    public void Write(int client, long chunk, ReadOnlySpan<byte> packed)
    {
        if (!_files.TryGetValue(client, out FileStream? file))
        {
            _files.Add(client, file = new FileStream(PathOf(_directory, client), FileMode.Create, FileAccess.ReadWrite,
                FileShare.Read, bufferSize: 0));
        }

        FileWriting.Write(file.SafeFileHandle, packed, checked(chunk * packed.Length));
    }

    /// <inheritdoc/>
    public void Read(int client, long chunk, Span<byte> packed)
    {
        if (RandomAccess.Read(_files[client].SafeFileHandle, packed, checked(chunk * packed.Length)) != packed.Length)
        {
            throw new IOException($"chunk {chunk} of client {client} is not whole in the store");
        }
    }

    /// <inheritdoc/>
    public void Remove(int client)
    {
        if (_files.Remove(client, out FileStream? file))
        {
            file.Dispose();
            File.Delete(PathOf(_directory, client));
        }
    }

    /// <inheritdoc/>
    public void WritePartial(int holder, int group, long chunk, ReadOnlySpan<byte> packed)
    {
        if (!_partials.TryGetValue((holder, group), out FileStream? file))
        {
            file = new FileStream(PartialPathOf(_directory, holder, group), FileMode.Create, FileAccess.ReadWrite,
                FileShare.Read, bufferSize: 0);
            _partials.Add((holder, group), file);
        }

        FileWriting.Write(file.SafeFileHandle, packed, checked(chunk * packed.Length));
    }

    /// <summary>Closes the files; they stay for <c>verify --ciphertexts</c>.</summary>
    public void Dispose()
    {
        foreach (FileStream file in _files.Values.Concat(_partials.Values))
        {
            file.Dispose();
        }

        _files.Clear();
        _partials.Clear();
    }

    internal static string RoundDirectory(string directory, ulong round) =>
        Path.Combine(directory, string.Create(CultureInfo.InvariantCulture, $"round-{round}"));

    internal static string PartialPathOf(string roundDirectory, int holder, int group) =>
        Path.Combine(roundDirectory, string.Create(CultureInfo.InvariantCulture, $"holder-{holder}-group-{group}.bin"));

    internal static string PathOf(string roundDirectory, int client) =>
        Path.Combine(roundDirectory, string.Create(CultureInfo.InvariantCulture, $"client-{client}.bin"));
}

/// <summary>Reads what <see cref="FileContributionStore"/> left: the ciphertexts for an audit. Thread-safe.</summary>
public sealed class CiphertextDirectory(string directory) : ICiphertextSource
{
    /// <inheritdoc/>
    public bool TryRead(ulong round, int client, long chunk, Span<byte> packed) =>
        TryRead(FileContributionStore.PathOf(FileContributionStore.RoundDirectory(directory, round), client),
            chunk, packed);

    /// <inheritdoc/>
    public bool TryReadPartial(ulong round, int holder, int group, long chunk, Span<byte> packed) =>
        TryRead(FileContributionStore.PartialPathOf(FileContributionStore.RoundDirectory(directory, round), holder,
            group), chunk, packed);

    private static bool TryRead(string path, long chunk, Span<byte> packed)
    {
        if (!File.Exists(path))
        {
            return false;
        }

        using Microsoft.Win32.SafeHandles.SafeFileHandle handle = File.OpenHandle(path);
        return RandomAccess.Read(handle, packed, checked(chunk * packed.Length)) == packed.Length;
    }
}
