using System.Buffers.Binary;
using System.Globalization;
using SecureFL.Messages.Primitives;
using SecureFL.Messages.Rounds;
using SecureFL.Protocol.Plans;
using SecureFL.Storage.Devices;

namespace SecureFL.Storage.Clients;

/// <summary>
/// A client's contributions on disk, from before their first byte leaves until their round is decided: one file a
/// round, which appears under its name only whole and flushed. The ciphertexts and sealed shares in it are what the
/// server gets; no key is among them. One process at a time. Not thread-safe.
/// </summary>
public sealed class FileContributionOutbox
{
    private const string Prefix = "round-";
    private const string Suffix = ".contribution";
    private const string Draft = ".part";
    private const string Withdrawn = ".withdrawn";
    private const string Source = ".source";
    private readonly string _directory;
    private readonly IFileDevice _device;

    /// <summary>
    /// An outbox in a directory of its own, which is created if it is not there. Drafts that an earlier process left
    /// are removed.
    /// </summary>
    public FileContributionOutbox(string directory)
        : this(Directory.CreateDirectory(directory).FullName, FileDevice.Instance)
    {
    }

    internal FileContributionOutbox(string directory, IFileDevice device)
    {
        _directory = directory;
        _device = device;
        foreach (string path in device.List(directory).Where(path => path.EndsWith(Draft, StringComparison.Ordinal)))
        {
            device.Delete(path);
        }
    }

    /// <summary>
    /// Withdraws a site from a round, for good, while another process may be using the outbox: a mark that stays says
    /// so, and whoever sends looks at it before every message. The contribution is removed where there is one.
    /// </summary>
    /// <exception cref="IOException">The mark cannot be made durable: nothing was promised.</exception>
    public static void Withdraw(string directory, ulong round)
    {
        string folder = Directory.CreateDirectory(Path.GetFullPath(directory)).FullName;
        string path = PathOf(folder, round);
        using (FileStream mark = new(path + Withdrawn, FileMode.OpenOrCreate, FileAccess.Write, FileShare.ReadWrite))
        {
            mark.Flush(flushToDisk: true);
        }

        FileDevice.Instance.FlushDirectory(folder);
        try
        {
            File.Delete(path);
        }
        catch (IOException)
        {
            // Where a file that is open cannot be removed, the mark is enough.
        }
    }

    /// <summary>Whether the site withdrew from a round.</summary>
    public bool IsWithdrawn(ulong round) => _device.Exists(PathOf(round) + Withdrawn);

    /// <summary>Rounds with a stored contribution.</summary>
    public IReadOnlyList<ulong> Rounds => RoundsOf(Suffix);

    /// <summary>Rounds with a contribution, perhaps removed, that was made from this.</summary>
    internal IEnumerable<ulong> RoundsFrom(Digest source) =>
        RoundsOf(Suffix + Source).Where(round => SourceOf(round) == source);

    internal static ReadOnlySpan<byte> Magic => "SFLOUTB1"u8;

    /// <summary>
    /// Removes a round's contribution, if there is one. The digest of what it was made from stays: the next round is
    /// not to get the same again.
    /// </summary>
    public void Remove(ulong round)
    {
        string path = PathOf(round);
        if (_device.Exists(path))
        {
            _device.Delete(path);
            _device.FlushDirectory(_directory);
        }
    }

    /// <summary>The digest of what a round's contribution was made from; null where none was kept.</summary>
    public Digest? SourceOf(ulong round)
    {
        string path = PathOf(round) + Source;
        return _device.Exists(path) && _device.Read(path) is { Length: Digest.Size } bytes ? new Digest(bytes) : null;
    }

    /// <summary>
    /// Starts to store a contribution; it is there once the draft is completed. What it is made from is durable before.
    /// </summary>
    internal OutboxDraft Create(ulong round, Digest? source = null)
    {
        if (source is Digest digest)
        {
            string part = PathOf(round) + Source + Draft;
            using (IDeviceFile file = _device.Create(part))
            {
                file.Write(0, digest.ToArray());
                file.Flush();
            }

            _device.Rename(part, PathOf(round) + Source);
        }

        return new OutboxDraft(this, round, PathOf(round) + Draft);
    }

    /// <summary>A round's contribution, null if there is none or it is not whole.</summary>
    internal StoredContribution? Open(ulong round, AggregationPlan plan)
    {
        string path = PathOf(round);
        return _device.Exists(path) ? StoredContribution.Open(_device.OpenExclusive(path), plan) : null;
    }

    private IReadOnlyList<ulong> RoundsOf(string suffix) =>
    [
        .. _device.List(_directory)
            .Select(path => Path.GetFileName(path)!)
            .Where(name => name.StartsWith(Prefix, StringComparison.Ordinal)
                && name.EndsWith(suffix, StringComparison.Ordinal))
            .Select(
                name => ulong.Parse(name.AsSpan(Prefix.Length, name.Length - Prefix.Length - suffix.Length),
                    NumberStyles.None, CultureInfo.InvariantCulture)),
    ];

    private string PathOf(ulong round) => PathOf(_directory, round);

    private static string PathOf(string directory, ulong round) =>
        Path.Combine(directory, string.Create(CultureInfo.InvariantCulture, $"{Prefix}{round:D20}{Suffix}"));

    /// <summary>A contribution that is being stored: magic, chunks, header, the header's length.</summary>
    internal sealed class OutboxDraft : IDisposable
    {
        private readonly FileContributionOutbox _outbox;
        private readonly ulong _round;
        private readonly string _path;
        private readonly IDeviceFile _file;
        private long _end;

        internal OutboxDraft(FileContributionOutbox outbox, ulong round, string path)
        {
            _outbox = outbox;
            _round = round;
            _path = path;
            _file = outbox._device.Create(path);
            Write(Magic);
        }

        public void Append(ContributionChunk chunk) => Write(chunk.Packed.Span);

        /// <summary>Returns when the contribution survives a crash of process and machine.</summary>
        public void Complete(ContributionHeader header)
        {
            byte[] encoded = header.Encode();
            Span<byte> length = stackalloc byte[sizeof(uint)];
            BinaryPrimitives.WriteUInt32BigEndian(length, (uint)encoded.Length);
            Write(encoded);
            Write(length);
            _file.Flush();
            _file.Dispose();
            _outbox._device.Rename(_path, _outbox.PathOf(_round));
            _outbox._device.FlushDirectory(_outbox._directory);
        }

        /// <summary>Removes the draft now; otherwise the next start does.</summary>
        public void Discard()
        {
            _file.Dispose();
            _outbox._device.Delete(_path);
        }

        public void Dispose() => _file.Dispose();

        private void Write(ReadOnlySpan<byte> bytes)
        {
            _file.Write(_end, bytes);
            _end += bytes.Length;
        }
    }
}
