using System.Collections.Concurrent;
using System.Globalization;
using Microsoft.Win32.SafeHandles;
using SecureFL.Protocol.Stores;
using SecureFL.Storage.Devices;
using SecureFL.Storage.Rounds;

namespace SecureFL.Server.Uploads;

/// <summary>
/// The chunks of one round on disk, one file a client, in the layout that <see cref="CiphertextDirectory"/> reads. A
/// chunk is durable once <see cref="Flush"/> returned. Calls for different clients may run at the same time; a file is
/// open only while its client's stream is.
/// </summary>
internal class UploadStore : IContributionStore, IPartialDecryptionArchive, IDisposable
{
    private readonly string _directory;
    private readonly ConcurrentDictionary<int, SafeFileHandle> _open = new();

    /// <summary>A store in a directory of its own; what an earlier process left there stays.</summary>
    public UploadStore(string directory)
    {
        _directory = directory;
        Directory.CreateDirectory(directory);
    }

    /// <summary>Clients of whom there are chunks.</summary>
    public IEnumerable<int> Clients => Directory.EnumerateFiles(_directory, "client-*.bin")
        .Select(path => Path.GetFileNameWithoutExtension(path)["client-".Length..])
        .Where(name => int.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out _))
        .Select(name => int.Parse(name, NumberStyles.None, CultureInfo.InvariantCulture));

    /// <summary>Whole chunks that are stored of a client.</summary>
    public long Count(int client, int chunkBytes)
    {
        FileInfo file = new(PathOf(client));
        return file.Exists ? file.Length / chunkBytes : 0;
    }

    /// <inheritdoc/>
    public virtual void Write(int client, long chunk, ReadOnlySpan<byte> packed) =>
        FileWriting.Write(Handle(client), packed, checked(chunk * packed.Length));

    /// <inheritdoc/>
    public virtual void Read(int client, long chunk, Span<byte> packed)
    {
        using SafeFileHandle file = File.OpenHandle(PathOf(client), FileMode.Open, FileAccess.Read,
            FileShare.ReadWrite | FileShare.Delete);
        long offset = checked(chunk * packed.Length);
        while (!packed.IsEmpty)
        {
            int got = RandomAccess.Read(file, packed, offset);
            if (got == 0)
            {
                throw new IOException($"chunk {chunk} of client {client} is not whole in {_directory}");
            }

            packed = packed[got..];
            offset += got;
        }
    }

    /// <inheritdoc/>
    public void WritePartial(int holder, int group, long chunk, ReadOnlySpan<byte> packed)
    {
        using SafeFileHandle file = File.OpenHandle(FileContributionStore.PartialPathOf(_directory, holder, group),
            FileMode.OpenOrCreate, FileAccess.Write, FileShare.Read);
        FileWriting.Write(file, packed, checked(chunk * packed.Length));
    }

    /// <summary>
    /// Returns when everything written of a client survives a crash of the machine, by earlier processes too.
    /// </summary>
    public void Flush(int client)
    {
        if (_open.TryGetValue(client, out SafeFileHandle? file))
        {
            FlushFile(client, file);
        }
        else if (File.Exists(PathOf(client)))
        {
            using SafeFileHandle closed = File.OpenHandle(PathOf(client), FileMode.Open, FileAccess.Write,
                FileShare.ReadWrite | FileShare.Delete);
            FlushFile(client, closed);
        }
    }

    /// <summary>Flushes a client's file; tests put themselves here.</summary>
    protected virtual void FlushFile(int client, SafeFileHandle file) => RandomAccess.FlushToDisk(file);

    /// <summary>Makes the names of the files durable: once for each accepted contribution.</summary>
    public void FlushNames() => FileDevice.Instance.FlushDirectory(_directory);

    /// <summary>Closes a client's file when its stream ends.</summary>
    public void Close(int client)
    {
        if (_open.TryRemove(client, out SafeFileHandle? file))
        {
            file.Dispose();
        }
    }

    /// <inheritdoc/>
    public void Remove(int client)
    {
        Close(client);
        File.Delete(PathOf(client));
    }

    /// <summary>Closes all files; they stay.</summary>
    public virtual void Dispose()
    {
        foreach (int client in _open.Keys)
        {
            Close(client);
        }
    }

    private SafeFileHandle Handle(int client) => _open.GetOrAdd(
        client,
        id => File.OpenHandle(PathOf(id), FileMode.OpenOrCreate, FileAccess.Write, FileShare.Read | FileShare.Delete));

    private string PathOf(int client) =>
        Path.Combine(_directory, string.Create(CultureInfo.InvariantCulture, $"client-{client}.bin"));
}
