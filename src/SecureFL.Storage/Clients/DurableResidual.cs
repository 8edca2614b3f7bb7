using System.Buffers.Binary;
using System.Security.Cryptography;
using SecureFL.Storage.Devices;

namespace SecureFL.Storage.Clients;

/// <summary>
/// What error feedback leaves at a client, on disk: the residual that is settled, and the one that takes its place if
/// the contribution of a round is in that round's sum. One file, readable by its owner alone, that appears whole or not
/// at all; it tells of the site's rows and is erased when the session ends. One process at a time. Not thread-safe.
/// </summary>
public sealed class DurableResidual
{
    private const string Name = "residual";
    private const string Draft = ".part";
    private const int HeaderSize = 8 + sizeof(ulong) + sizeof(long) + sizeof(long);
    private readonly string _directory;
    private readonly IFileDevice _device;
    private readonly int _length;

    /// <summary>The residual in a directory of its own, which is created if it is not there.</summary>
    /// <param name="directory">The directory.</param>
    /// <param name="length">Elements of the plan's vectors.</param>
    /// <exception cref="IOException">The file that is there is damaged, or of another plan.</exception>
    public DurableResidual(string directory, int length)
        : this(Directory.CreateDirectory(directory).FullName, length, FileDevice.Instance)
    {
    }

    internal DurableResidual(string directory, int length, IFileDevice device)
    {
        _directory = directory;
        _length = length;
        _device = device;
        if (device.Exists(PathOf + Draft))
        {
            Destroy(PathOf + Draft);
        }

        if (device.Exists(PathOf))
        {
            Read(device.Read(PathOf));
        }
    }

    /// <summary>What is left from contributions whose fate is known; empty for nothing.</summary>
    public long[] Settled { get; private set; } = [];

    /// <summary>The round whose contribution is not known to be in a sum or not; null for none.</summary>
    public ulong? PendingRound { get; private set; }

    /// <summary>What is left if that contribution is in the sum; empty without one.</summary>
    public long[] Pending { get; private set; } = [];

    private static ReadOnlySpan<byte> Magic => "SFLRESI1"u8;

    private string PathOf => Path.Combine(_directory, Name);

    /// <summary>
    /// Makes durable what a contribution leaves, before it is itself: whenever the client dies, either nothing of the
    /// contribution is promised and the settled residual makes it anew, or both are there.
    /// </summary>
    /// <param name="round">The contribution's round.</param>
    /// <param name="settled">What was left before; empty for nothing.</param>
    /// <param name="pending">What is left if the contribution is in the sum.</param>
    /// <exception cref="IOException">It cannot be written: the contribution must not be promised.</exception>
    public void Promise(ulong round, ReadOnlySpan<long> settled, ReadOnlySpan<long> pending)
    {
        if ((settled.Length != 0 && settled.Length != _length) || pending.Length != _length)
        {
            throw new ArgumentException(
                $"residuals of {settled.Length} and {pending.Length} elements, the plan's vectors have {_length}");
        }

        byte[] content = new byte[HeaderSize + (sizeof(long) * ((long)settled.Length + pending.Length))
            + SHA256.HashSizeInBytes];
        Magic.CopyTo(content);
        BinaryPrimitives.WriteUInt64LittleEndian(content.AsSpan(8), round);
        BinaryPrimitives.WriteInt64LittleEndian(content.AsSpan(16), settled.Length);
        BinaryPrimitives.WriteInt64LittleEndian(content.AsSpan(24), pending.Length);
        Span<byte> body = content.AsSpan(HeaderSize);
        Write(settled, body);
        Write(pending, body[(sizeof(long) * settled.Length)..]);
        SHA256.HashData(content.AsSpan(0, content.Length - SHA256.HashSizeInBytes),
            content.AsSpan(content.Length - SHA256.HashSizeInBytes));
        using (IDeviceFile file = _device.Create(PathOf + Draft))
        {
            file.Write(0, content);
            file.Flush();
        }

        CryptographicOperations.ZeroMemory(content);
        _device.Rename(PathOf + Draft, PathOf);
        _device.FlushDirectory(_directory);
        (PendingRound, Settled, Pending) = (round, settled.ToArray(), pending.ToArray());
    }

    /// <summary>Forgets everything: no contribution follows.</summary>
    public void Erase()
    {
        (PendingRound, Settled, Pending) = (null, [], []);
        if (_device.Exists(PathOf))
        {
            Destroy(PathOf);
        }
    }

    private static void Write(ReadOnlySpan<long> values, Span<byte> to)
    {
        for (int i = 0; i < values.Length; i++)
        {
            BinaryPrimitives.WriteInt64LittleEndian(to[(sizeof(long) * i)..], values[i]);
        }
    }

    private void Read(byte[] content)
    {
        int end = content.Length - SHA256.HashSizeInBytes;
        bool whole = end >= HeaderSize && content.AsSpan(0, Magic.Length).SequenceEqual(Magic)
            && SHA256.HashData(content.AsSpan(0, end)).AsSpan().SequenceEqual(content.AsSpan(end));
        long settled = whole ? BinaryPrimitives.ReadInt64LittleEndian(content.AsSpan(16)) : -1;
        long pending = whole ? BinaryPrimitives.ReadInt64LittleEndian(content.AsSpan(24)) : -1;
        if ((settled != 0 && settled != _length) || pending != _length
            || end != HeaderSize + (sizeof(long) * (settled + pending)))
        {
            throw new IOException(
                $"what error feedback keeps is damaged or of another plan: {PathOf}; without the file training goes "
                + $"on, and the update that it held back is lost");
        }

        Span<byte> body = content.AsSpan(HeaderSize, end - HeaderSize);
        PendingRound = BinaryPrimitives.ReadUInt64LittleEndian(content.AsSpan(8));
        Settled = Numbers(body[..(sizeof(long) * (int)settled)]);
        Pending = Numbers(body[(sizeof(long) * (int)settled)..]);
        CryptographicOperations.ZeroMemory(content);
    }

    private static long[] Numbers(ReadOnlySpan<byte> bytes)
    {
        long[] values = new long[bytes.Length / sizeof(long)];
        for (int i = 0; i < values.Length; i++)
        {
            values[i] = BinaryPrimitives.ReadInt64LittleEndian(bytes[(sizeof(long) * i)..]);
        }

        return values;
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
}
