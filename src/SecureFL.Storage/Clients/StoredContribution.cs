using System.Buffers.Binary;
using SecureFL.Messages.Rounds;
using SecureFL.Messages.Violations;
using SecureFL.Protocol.Plans;
using SecureFL.Storage.Devices;

namespace SecureFL.Storage.Clients;

/// <summary>
/// A contribution in the outbox, committed to the journal: to be sent, and sent again, as it is. Thread-safe for
/// reading.
/// </summary>
public sealed class StoredContribution : IDisposable
{
    private readonly IDeviceFile _file;
    private readonly AggregationPlan _plan;

    private StoredContribution(IDeviceFile file, AggregationPlan plan, ContributionHeader header)
    {
        _file = file;
        _plan = plan;
        Header = header;
    }

    /// <summary>Statement and share ciphertexts.</summary>
    public ContributionHeader Header { get; }

    /// <summary>Chunks in all.</summary>
    public long ChunkCount => _plan.Parameters.ChunkCount;

    /// <summary>Room for one of its chunks at a time.</summary>
    public ChunkMessage CreateMessage() => new(_plan.Limits, Header.Statement.Context, Header.Statement.Client);

    /// <summary>Reads one chunk.</summary>
    /// <param name="index">Its position, from 0.</param>
    /// <param name="message">From <see cref="CreateMessage"/>; its memory is used again.</param>
    /// <returns>The encoded <see cref="ContributionChunk"/>; valid until the message is used again.</returns>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public ReadOnlyMemory<byte> ReadChunk(long index, ChunkMessage message)
    {
        ArgumentNullException.ThrowIfNull(message);
        ArgumentOutOfRangeException.ThrowIfNegative(index);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(index, ChunkCount);
        _file.Read(Start(_plan, index), message.Packed);
        return message.Encode(index);
    }

    /// <summary>Closes the file; it stays in the outbox.</summary>
    public void Dispose() => _file.Dispose();

    /// <summary>Reads what an outbox stored; null if the file is not whole or of another plan.</summary>
    internal static StoredContribution? Open(IDeviceFile file, AggregationPlan plan)
    {
        ContributionHeader? header = null;
        try
        {
            header = ReadHeader(file, plan);
        }
        catch (ProtocolViolationException)
        {
            // Not what this client stores: as good as lost.
        }
        finally
        {
            if (header is null)
            {
                file.Dispose();
            }
        }

        return header is null ? null : new StoredContribution(file, plan, header);
    }

    private static ContributionHeader? ReadHeader(IDeviceFile file, AggregationPlan plan)
    {
        long start = Start(plan, plan.Parameters.ChunkCount);
        long room = file.Length - start - sizeof(uint);
        if (room is <= 0 or > int.MaxValue)
        {
            return null;
        }

        byte[] magic = new byte[FileContributionOutbox.Magic.Length];
        file.Read(0, magic);
        byte[] rest = new byte[room + sizeof(uint)];
        file.Read(start, rest);
        return magic.AsSpan().SequenceEqual(FileContributionOutbox.Magic)
            && BinaryPrimitives.ReadUInt32BigEndian(rest.AsSpan((int)room)) == room
            ? ContributionHeader.Parse(rest.AsSpan(0, (int)room), plan.Limits)
            : null;
    }

    private static long Start(AggregationPlan plan, long chunk) =>
        checked(FileContributionOutbox.Magic.Length + (chunk * plan.Parameters.WireChunkBytes));
}
