using SecureFL.Protocol.Stores;
using SecureFL.Storage.Devices;

namespace SecureFL.Storage.Ledgers;

/// <summary>
/// A ledger in one append-only, checksummed file. A record is durable when <see cref="Flush"/> returns; a write that a
/// crash tore is cut off when the file is opened again; damage anywhere else is refused. One process at a time. Not
/// thread-safe.
/// </summary>
public sealed class FileLedgerStorage : ILedgerStorage, IDisposable
{
    private readonly IDeviceFile _file;
    private List<ReadOnlyMemory<byte>> _records = [];
    private ulong _ordinal;
    private long _end;
    private bool _failed;

    /// <summary>Opens a ledger, creating it if there is none.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="IOException">The file cannot be opened, or another process has it.</exception>
    /// <exception cref="InvalidDataException">The file is not a ledger, or a record in it is damaged.</exception>
    public FileLedgerStorage(string path)
        : this(path, FileDevice.Instance)
    {
    }

    internal FileLedgerStorage(string path, IFileDevice device)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        path = Path.GetFullPath(path);
        if (!device.Exists(path))
        {
            Create(path, device);
        }

        _file = device.OpenExclusive(path);
        try
        {
            Recover(_file.ReadAll(), path);
        }
        catch
        {
            _file.Dispose();
            throw;
        }
    }

    private static ReadOnlySpan<byte> Magic => "SFLLEDG1"u8;

    /// <inheritdoc/>
    public IReadOnlyList<ReadOnlyMemory<byte>> ReadAll()
    {
        // Read once, at the start: the ledger keeps what it needs, and the file's bytes can go.
        IReadOnlyList<ReadOnlyMemory<byte>> records = _records;
        _records = [];
        return records;
    }

    /// <inheritdoc/>
    public void Append(ReadOnlySpan<byte> record)
    {
        RequireUsable();
        if (record.Length > ILedgerStorage.MaxRecordBytes)
        {
            throw new ArgumentException(
                $"a record of {record.Length} bytes; the limit is {ILedgerStorage.MaxRecordBytes}", nameof(record));
        }

        byte[] frame = LedgerFrame.Encode(_ordinal, record);
        _failed = true;
        _file.Write(_end, frame);
        _failed = false;
        _end += frame.Length;
        _ordinal++;
    }

    /// <inheritdoc/>
    public void Flush()
    {
        RequireUsable();

        // After a failed flush the kernel may have dropped the dirty pages and report success next time: never try
        // again.
        _failed = true;
        _file.Flush();
        _failed = false;
    }

    /// <summary>Closes the file.</summary>
    public void Dispose() => _file.Dispose();

    // The name appears only with the whole header behind it.
    private static void Create(string path, IFileDevice device)
    {
        string draft = path + ".new";
        using (IDeviceFile file = device.Create(draft))
        {
            file.Write(0, Magic);
            file.Flush();
        }

        device.Rename(draft, path);
        device.FlushDirectory(Path.GetDirectoryName(path)!);
    }

    private void Recover(byte[] content, string path)
    {
        if (!content.AsSpan().StartsWith(Magic))
        {
            throw new InvalidDataException($"{path} is not a SecureFL ledger");
        }

        int position = Magic.Length;
        while (position < content.Length)
        {
            int length = LedgerFrame.Check(_ordinal, content.AsSpan(position));
            if (length < 0)
            {
                CutOff(content.AsSpan(position), position, path);
                break;
            }

            _records.Add(content.AsMemory(position + LedgerFrame.LengthBytes, length));
            position += length + LedgerFrame.Overhead;
            _ordinal++;
        }

        _end = position;
    }

    private void CutOff(ReadOnlySpan<byte> tail, int position, string path)
    {
        if (!TornTail.IsTorn(tail, position, _ordinal))
        {
            throw new InvalidDataException(
                $"record {_ordinal} of the ledger {path} is damaged at byte {position}; the holder must not go on "
                + $"with it");
        }

        _file.Truncate(position);
        _file.Flush();
    }

    private void RequireUsable()
    {
        if (_failed)
        {
            throw new IOException("an earlier write to the ledger failed; open it anew");
        }
    }
}
